"use client";

import { CancelButton } from "@/app/job/cancel-button";
import { JobAnnouncer } from "@/app/job/job-announcer";
import { JobFigures } from "@/app/job/job-figures";
import { JobSteps } from "@/app/job/job-steps";
import { jobTitle } from "@/app/job/job-words";
import { useProgressView } from "@/app/job/use-progress-view";
import type { Job } from "@/app/trpc/types";
import { ProgressBar } from "@/app/ui/progress-bar";

/** A job that runs, on a page that waits for it. */
export function JobInPlace({ job }: { job: Job }) {
  const view = useProgressView(job);
  return (
    <div className="flex flex-col gap-4 rounded border border-line px-4 py-4">
      <JobAnnouncer job={job} />
      <JobSteps job={job} />
      <div className="flex flex-col gap-2">
        <div className="flex items-center gap-3">
          <ProgressBar label={jobTitle(job)} percent={view.percent} stopped={job.status === "cancelling"} />
          <span className="w-11 shrink-0 text-right font-medium tabular-nums">{Math.floor(view.percent)} %</span>
        </div>
        <JobFigures job={job} view={view} />
      </div>
      <div className="flex justify-end">
        {/* What ended first shows anyway. */}
        <CancelButton job={job} onTooLate={() => {}} />
      </div>
    </div>
  );
}
