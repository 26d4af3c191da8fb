"use client";

import { Toaster } from "sonner";

const classNames = {
  toast:
    "flex w-90 max-w-[calc(100vw-2rem)] flex-wrap items-start gap-2 rounded border border-line bg-raised p-3 font-sans text-base text-text shadow-overlay",
  title: "font-medium",
  description: "break-words text-muted text-sm",
  content: "min-w-0 flex-1 basis-[calc(100%-6rem)]",
  success: "[&_[data-icon]]:text-good",
  error: "[&_[data-icon]]:text-bad",
  actionButton:
    "order-3 h-7 shrink-0 rounded bg-accent px-2.5 font-medium text-on-accent text-sm hover:bg-accent-strong",
  cancelButton: "order-2 ml-6 h-7 shrink-0 rounded border border-line-strong px-2.5 font-medium text-sm hover:bg-hover",
  closeButton: "order-1 flex size-7 shrink-0 items-center justify-center rounded text-muted hover:bg-hover",
};

export function Toasts() {
  return <Toaster position="bottom-right" toastOptions={{ unstyled: true, classNames }} />;
}
