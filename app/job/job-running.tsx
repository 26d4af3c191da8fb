"use client";

import { CancelButton } from "@/app/job/cancel-button";
import { closeJob } from "@/app/job/job-address";
import { JobFigures } from "@/app/job/job-figures";
import { LockWarnings, Waiters } from "@/app/job/job-locks";
import { JobSteps } from "@/app/job/job-steps";
import { JobTables } from "@/app/job/job-tables";
import { jobTitle } from "@/app/job/job-words";
import { useProgressView } from "@/app/job/use-progress-view";
import type { Job } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { Notice } from "@/app/ui/notice";
import { ProgressBar } from "@/app/ui/progress-bar";

export function JobRunning({ job, onCancelTooLate }: { job: Job; onCancelTooLate: () => void }) {
  const view = useProgressView(job);
  const percent = Math.floor(view.percent);
  const waitsForRetry = job.status === "pending" && job.errorMessage !== null;
  return (
    <>
      <DialogBody>
        <JobSteps job={job} />
        <div className="flex flex-col gap-2">
          <div className="flex items-center gap-3">
            <ProgressBar label={jobTitle(job)} percent={view.percent} stopped={job.status === "cancelling"} />
            <span className="w-11 shrink-0 text-right font-medium tabular-nums">{percent} %</span>
          </div>
          <JobFigures job={job} view={view} />
        </div>
        {waitsForRetry && (
          <Notice tone="warn" title={`Attempt ${job.attempts} of ${job.maxAttempts} failed. It will be tried again.`}>
            {job.errorMessage}
          </Notice>
        )}
        <LockWarnings job={job} />
        <div className="flex flex-col">
          <JobTables job={job} />
          {job.kind === "export_backup" && job.status === "in_progress" && (
            <Waiters waiters={job.progress?.waiters ?? []} />
          )}
        </div>
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Run in background</Button>
        <CancelButton job={job} onTooLate={onCancelTooLate} />
      </DialogActions>
    </>
  );
}
