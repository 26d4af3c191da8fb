"use client";

import { useEffect, useState } from "react";
import { advance, type ProgressView } from "@/app/job/progress-view";
import type { Job } from "@/app/trpc/types";

const tick = 1_000;

/** What to show of a running job right now, moving on between answers. */
export function useProgressView(job: Job): ProgressView {
  const [view, setView] = useState(() => advance(null, job, performance.now()));
  useEffect(() => {
    const move = () => setView((before) => advance(before, job, performance.now()));
    move();
    const timer = setInterval(move, tick);
    return () => clearInterval(timer);
  }, [job]);
  return view;
}
