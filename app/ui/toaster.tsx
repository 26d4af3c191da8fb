"use client";

import type { ReactNode } from "react";
import { Toaster as Sonner, toast } from "sonner";

export type ToastAction = { label: string; onClick: () => void };

export const showMessage = (text: ReactNode): void => void toast(text);

export const showError = (text: ReactNode): void => void toast.error(text, { duration: 10_000 });

type JobToast = { ok: boolean; title: string; text?: string; action: ToastAction; second?: ToastAction };

/** Says that something ended in the background. It stays until it is read. */
export function showEnd({ ok, title, text, action, second }: JobToast): void {
  const show = ok ? toast.success : toast.error;
  show(title, { description: text, duration: Number.POSITIVE_INFINITY, action, cancel: second, closeButton: true });
}

export function Toaster() {
  return (
    <Sonner
      position="bottom-right"
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            "flex w-90 max-w-[calc(100vw-2rem)] items-start gap-2 rounded border border-line bg-raised p-3 text-base text-text shadow-overlay",
          title: "font-medium",
          description: "text-sm text-muted break-words",
          content: "min-w-0 flex-1",
          success: "[&_[data-icon]]:text-good",
          error: "[&_[data-icon]]:text-bad",
          actionButton:
            "h-7 shrink-0 rounded bg-accent px-2.5 text-sm font-medium text-on-accent hover:bg-accent-strong",
          cancelButton: "h-7 shrink-0 rounded border border-line-strong px-2.5 text-sm font-medium hover:bg-hover",
          closeButton: "order-last flex size-7 shrink-0 items-center justify-center rounded text-muted hover:bg-hover",
        },
      }}
    />
  );
}
