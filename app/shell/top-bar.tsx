"use client";

import { Menu as MenuIcon, X } from "lucide-react";
import Link from "next/link";
import { useLayoutEffect, useRef, useState } from "react";
import { NavLinks } from "@/app/shell/nav-links";
import { UserMenu } from "@/app/shell/user-menu";
import { IconButton } from "@/app/ui/button";
import { Logo } from "@/app/ui/logo";

/** Stands for the sidebar on a narrow screen. */
export function TopBar() {
  const [isOpen, setOpen] = useState(false);
  return (
    <header className="sticky top-0 z-10 flex h-12 items-center gap-2 border-line border-b bg-sunken px-3 md:hidden">
      <IconButton label="Open menu" aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <MenuIcon aria-hidden className="size-5" />
      </IconButton>
      <Link href="/" className="flex flex-1 items-center gap-2 font-semibold text-lg">
        <Logo />
        Coffer
      </Link>
      <UserMenu folds />
      {isOpen && <Drawer onClose={() => setOpen(false)} />}
    </header>
  );
}

function Drawer({ onClose }: { onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      aria-label="Menu"
      onCancel={onClose}
      // Nothing can be lost here, so a press beside it closes it.
      onPointerDown={(event) => event.target === event.currentTarget && onClose()}
      className="drawer m-0 h-dvh max-h-none w-65 border-line border-r bg-sunken text-text"
    >
      <div className="flex h-full flex-col gap-3 p-2.5">
        <IconButton label="Close menu" onClick={onClose} className="self-end">
          <X aria-hidden className="size-5" />
        </IconButton>
        <NavLinks onNavigate={onClose} />
      </div>
    </dialog>
  );
}
