"use client";

import { useSyncExternalStore } from "react";
import { formatAbsolute, formatAgo, formatUntil } from "@/app/ui/format";

const tick = 10_000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for all times on the page. */
function subscribe(listener: () => void) {
  listeners.add(listener);
  timer ??= startClock();
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function startClock() {
  now = Date.now();
  return setInterval(() => {
    now = Date.now();
    for (const tell of listeners) tell();
  }, tick);
}

const isServer = typeof window === "undefined";
const readNow = () => (isServer ? Date.now() : now);

/** The present, to within ten seconds. */
export const useNow = () => useSyncExternalStore(subscribe, readNow, readNow);

/** How long ago, or how long until a time `ahead`; the whole time with its zone on hover. */
export function RelativeTime({ time, ahead = false }: { time: string; ahead?: boolean }) {
  const text = (ahead ? formatUntil : formatAgo)(Date.parse(time), useNow());
  return (
    <time
      dateTime={time}
      // The server has another clock and does not know the reader's zone.
      suppressHydrationWarning
      ref={(element) => {
        if (element) element.title = formatAbsolute(new Date(time));
      }}
      className="whitespace-nowrap"
    >
      {text}
    </time>
  );
}
