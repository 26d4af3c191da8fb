"use client";

import type { ReactNode } from "react";
import { JobInPlace } from "@/app/job/job-in-place";
import { isOver } from "@/app/job/job-words";
import { useJob } from "@/app/job/use-job";
import type { Job } from "@/app/trpc/types";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** Shows how far a job is, and what comes of it when it is over. */
export function AwaitedJob({ jobId, children }: { jobId: string; children: (job: Job) => ReactNode }) {
  const { data: job, error, refetch, isFetching } = useJob(jobId);
  if (!job)
    return error ? (
      <ErrorState title="This job cannot be shown" error={error} onRetry={refetch} retrying={isFetching} />
    ) : (
      <SkeletonRows rows={5} label="Loading the job" />
    );
  return isOver(job.status) ? children(job) : <JobInPlace job={job} />;
}
