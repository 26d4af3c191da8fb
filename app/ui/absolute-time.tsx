"use client";

import { formatAbsolute } from "@/app/ui/format";
import { useInBrowser } from "@/app/ui/in-browser";
import { RelativeTime } from "@/app/ui/relative-time";

/** Both ways to tell a time. The server does not know the reader's zone, so the absolute one comes with the browser. */
export function AbsoluteTime({ time, ahead }: { time: string; ahead?: boolean }) {
  const knowsZone = useInBrowser();
  return (
    <>
      <RelativeTime time={time} ahead={ahead} />{" "}
      <span className="text-muted">{knowsZone && formatAbsolute(new Date(time))}</span>
    </>
  );
}
