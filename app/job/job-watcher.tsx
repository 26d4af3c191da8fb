"use client";

import { useEffect } from "react";
import { useDownload } from "@/app/backup/use-download";
import { openJob, useOpenJobId } from "@/app/job/job-address";
import { isOver, jobTitle } from "@/app/job/job-words";
import { useJob } from "@/app/job/use-job";
import { forgetJob, useWatchedJobs } from "@/app/job/watched-jobs";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { formatBytes, formatDuration } from "@/app/ui/format";
import { showEnd } from "@/app/ui/toaster";

/** Tells about the end of jobs that run in the background. */
export function JobWatcher() {
  const openId = useOpenJobId();
  return useWatchedJobs()
    .filter((id) => id !== openId)
    .map((id) => <WatchedJob key={id} jobId={id} />);
}

function WatchedJob({ jobId }: { jobId: string }) {
  const { data: job, error } = useJob(jobId);
  // After too many calls it is asked for again.
  const isLost = !job && error !== null && describeError(error).quietSeconds === null;
  const { download } = useDownload();
  const ended = job && isOver(job.status) ? job : null;
  useEffect(() => {
    if (ended) tellEnd(ended, download);
    if (ended || isLost) forgetJob(jobId);
  }, [ended, isLost, jobId, download]);
  return null;
}

function tellEnd(job: Job, download: (backupId: string) => void) {
  const details = { label: "Details", onClick: () => openJob(job.id) };
  const { backupId } = job;
  if (job.status === "completed" && backupId) {
    const text = `${formatBytes(job.sizeBytes ?? 0)} in ${formatDuration(job.durationMs ?? 0)}`;
    const action = { label: "Download", onClick: () => download(backupId) };
    showEnd({ isGood: true, title: `Backup of ${job.projectName} is ready`, text, action, second: details });
  } else {
    const how = job.status === "failed" ? "failed" : job.status === "cancelled" ? "was cancelled" : "is done";
    const text = job.status === "failed" ? (job.errorMessage ?? undefined) : undefined;
    showEnd({ isGood: job.status !== "failed", title: `${jobTitle(job)} ${how}`, text, action: details });
  }
}
