"use client";

import type { MouseEvent, ReactNode } from "react";
import { openJob, useJobHref } from "@/app/job/job-address";

type Props = { jobId: string; className?: string; children: ReactNode };

/** Opens the dialog of a job over this page. A link, so that it can be copied or opened in a tab. */
export function JobLink({ jobId, className, children }: Props) {
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    openJob(jobId);
  };
  return (
    <a href={useJobHref()(jobId)} onClick={open} className={className}>
      {children}
    </a>
  );
}
