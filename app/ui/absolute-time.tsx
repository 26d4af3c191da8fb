"use client";

import { useSyncExternalStore } from "react";
import { formatAbsolute } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";

const never = () => () => {};

/** Both ways to tell a time. The server does not know the reader's zone, so the absolute one comes with the browser. */
export function AbsoluteTime({ time }: { time: string }) {
  const text = useSyncExternalStore(
    never,
    () => formatAbsolute(new Date(time)),
    () => "",
  );
  return (
    <>
      <RelativeTime time={time} /> <span className="text-muted">{text}</span>
    </>
  );
}
