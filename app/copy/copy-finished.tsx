"use client";

import { useQuery } from "@tanstack/react-query";
import { copyLooks } from "@/app/copy/copy-words";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import type { CopyOfJob, Job } from "@/app/trpc/types";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

/** What became of a copy, at the end of the job that was about it. */
export function CopyFinished({ job }: { job: Job }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.copy.ofJob.queryOptions({ jobId: job.id }));
  const found = query.data;
  return (
    <JobResult open={found && { what: "backup", href: `/projects/${found.projectSlug}/backups/${found.backupId}` }}>
      <Loaded query={query} rows={3} loading="Loading the copy" failed="The copy could not be read">
        {(about) => <Outcome job={job} about={about} />}
      </Loaded>
    </JobResult>
  );
}

function Outcome({ job, about: { copy, filename } }: { job: Job; about: CopyOfJob }) {
  const place = copy?.destinationName ?? "a destination that is gone";
  const isWell = copy?.status === "stored" || job.kind === "fetch_backup";
  return (
    <>
      <StatusMark tone={isWell ? "good" : copy ? copyLooks[copy.status].tone : "ended"} className="font-medium text-lg">
        {isWell ? doneWords[job.kind] : copy ? copyLooks[copy.status].word : "Gone by now"}
      </StatusMark>
      <p className="break-all font-mono text-sm">{filename}</p>
      <p className="text-muted">
        {job.kind === "fetch_backup" ? `From ${place} into the backup folder.` : `At ${place}.`}
      </p>
      {copy?.problem && <Notice tone="bad">{copy.problem}</Notice>}
    </>
  );
}

const doneWords: Partial<Record<Job["kind"], string>> = {
  copy_backup: "Copied",
  fetch_backup: "Brought back",
  verify_copy: "Read back, and every byte is right",
};
