"use client";

import dynamic from "next/dynamic";
import { useSyncExternalStore } from "react";

const Toasts = dynamic(() => import("@/app/ui/toasts").then((module) => module.Toasts), { ssr: false });

let isNeeded = false;
const listeners = new Set<() => void>();

/** Most visits need no toast, so the library comes with the first one; it shows those that were told before it was there. */
async function loadToast() {
  isNeeded = true;
  for (const tell of listeners) tell();
  return (await import("sonner")).toast;
}

type ToastAction = { label: string; onClick: () => void };

export async function showMessage(text: string): Promise<void> {
  (await loadToast())(text);
}

export async function showError(text: string): Promise<void> {
  (await loadToast()).error(text, { duration: 10_000, closeButton: true });
}

type End = { isGood: boolean; title: string; text?: string; action: ToastAction; second?: ToastAction };

/** Says that something ended in the background. It stays until it is read. */
export async function showEnd({ isGood, title, text, action, second }: End): Promise<void> {
  const toast = await loadToast();
  const show = isGood ? toast.success : toast.error;
  show(title, { description: text, duration: Number.POSITIVE_INFINITY, action, cancel: second, closeButton: true });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toaster() {
  const needed = useSyncExternalStore(
    subscribe,
    () => isNeeded,
    () => false,
  );
  return needed && <Toasts />;
}
