"use client";

import { X } from "lucide-react";
import { type ReactNode, type SyntheticEvent, useEffect, useId, useLayoutEffect, useRef } from "react";
import { IconButton } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";

const widths = { sm: "max-w-sm", md: "max-w-2xl", lg: "max-w-3xl", xl: "max-w-5xl" };

type Props = {
  title: string;
  onClose: () => void;
  width?: keyof typeof widths;
  role?: "alertdialog";
  children: ReactNode;
};

/**
 * The platform's modal dialog: it keeps the focus inside, gives it back, and closes with Escape. A click beside it does
 * nothing, so no work is lost by accident. It is open for as long as it is rendered. `data-autofocus` marks where the
 * focus starts.
 */
export function Dialog({ title, onClose, width = "md", role, children }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    // Without a wish it would be the button that closes.
    (dialog?.querySelector<HTMLElement>("[data-autofocus]") ?? dialog)?.focus();
    // Closing before it leaves the page is what gives the focus back.
    return () => dialog?.close();
  }, []);

  // Whatever had the focus may have gone with a change inside.
  useEffect(() => {
    if (document.activeElement === document.body) ref.current?.focus();
  });

  const close = (event: SyntheticEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };

  return (
    <dialog
      ref={ref}
      role={role}
      tabIndex={-1}
      aria-labelledby={titleId}
      onCancel={close}
      className={cx(
        "m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] flex-col overscroll-contain rounded border border-line bg-raised text-left text-base text-text whitespace-normal shadow-overlay outline-hidden open:flex",
        widths[width],
      )}
    >
      <div className="flex shrink-0 items-center gap-2 border-line border-b py-2 pr-2 pl-5">
        <h2 id={titleId} className="min-w-0 flex-1 truncate font-semibold text-lg">
          {title}
        </h2>
        <IconButton label="Close" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      {children}
    </dialog>
  );
}

/** What may scroll, between the title and the actions. */
export function DialogBody({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <div className={cx("flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto overscroll-contain px-5 py-4", className)}>
      {children}
    </div>
  );
}

export function DialogActions({ children }: { children: ReactNode }) {
  return (
    <div className="flex shrink-0 flex-wrap items-center justify-end gap-2 border-line border-t px-5 py-3">
      {children}
    </div>
  );
}
