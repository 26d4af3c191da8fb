"use client";

import { JobLink } from "@/app/job/job-link";
import { kindWord, startedBy, statusLooks } from "@/app/job/job-words";
import { useRunningJobs } from "@/app/job/use-running-jobs";
import type { JobSummary } from "@/app/trpc/types";
import { ErrorState } from "@/app/ui/error-state";
import { formatEta, formatRate } from "@/app/ui/format";
import { ProgressBar } from "@/app/ui/progress-bar";
import { Skeleton } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";
import { useCurrentUser } from "@/app/user/current-user";

type Props = {
  projectId?: string;
  /** Shown when nothing runs; without it nothing is shown. */
  emptyText?: string;
};

/** What runs now, live. */
export function RunningJobs({ projectId, emptyText }: Props) {
  const { data, error, refetch, isFetching } = useRunningJobs(projectId);
  if (!data) {
    if (error)
      return (
        <ErrorState title="Running jobs could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      );
    return emptyText ? <Skeleton className="h-9" /> : null;
  }
  if (data.items.length === 0) return emptyText ? <p className="py-2 text-muted">{emptyText}</p> : null;
  return (
    <ul aria-label="Running jobs" className="rounded border border-accent bg-accent-soft">
      {data.items.map((job) => (
        <RunningJob key={job.id} job={job} showsProject={!projectId} />
      ))}
    </ul>
  );
}

function RunningJob({ job, showsProject }: { job: JobSummary; showsProject: boolean }) {
  const me = useCurrentUser();
  const { tone, word } = statusLooks[job.status];
  const kind = kindWord(job.kind);
  return (
    <li className="relative flex min-h-9 flex-wrap items-center gap-x-4 gap-y-1 border-accent/25 border-b px-3 py-2 text-sm tabular-nums last:border-b-0">
      <StatusMark tone={tone} className="w-26 shrink-0">
        {word}
      </StatusMark>
      <div className="min-w-0 flex-1 basis-52">
        {/* The link covers the row: the whole of it opens the job. */}
        <JobLink jobId={job.id} className="font-medium after:absolute after:inset-0 hover:underline">
          {showsProject ? `${kind} of ${job.projectName}` : kind}
        </JobLink>
        <span className="text-muted"> by {startedBy(job, me.id)}</span>
        <span className="block truncate">{job.currentStep}</span>
      </div>
      <div className="flex basis-56 items-center gap-2 max-md:flex-1">
        <ProgressBar
          size="sm"
          label={`${kind} of ${job.projectName}`}
          percent={job.progressPercentage}
          stopped={job.status === "cancelling"}
        />
        <span className="w-10 shrink-0 text-right">{Math.floor(job.progressPercentage)} %</span>
      </div>
      <span className="w-20 text-right max-lg:hidden">{job.bytesPerSecond ? formatRate(job.bytesPerSecond) : ""}</span>
      <span className="w-28 text-right text-muted max-lg:hidden">
        {job.etaSeconds !== null && job.status === "in_progress" ? `${formatEta(job.etaSeconds)} left` : ""}
      </span>
    </li>
  );
}
