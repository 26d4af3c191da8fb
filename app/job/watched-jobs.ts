"use client";

import { useMemo, useSyncExternalStore } from "react";

const storageKey = "coffer.watched-jobs";
const listeners = new Set<() => void>();

const read = () => sessionStorage.getItem(storageKey) ?? "";
const ids = (text: string) => text.split(" ").filter(Boolean);

function write(next: string[]) {
  sessionStorage.setItem(storageKey, next.join(" "));
  for (const tell of listeners) tell();
}

/** From now on this tab tells when the job ends, on whatever page. */
export function watchJob(jobId: string): void {
  const now = ids(read());
  if (!now.includes(jobId)) write([...now, jobId]);
}

export function forgetJob(jobId: string): void {
  const now = ids(read());
  if (now.includes(jobId)) write(now.filter((id) => id !== jobId));
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useWatchedJobs(): string[] {
  const text = useSyncExternalStore(subscribe, read, () => "");
  return useMemo(() => ids(text), [text]);
}
