"use client";

import { RotateCw } from "lucide-react";
import { JobLink } from "@/app/job/job-link";
import { canRetry, kindWord, statusLooks } from "@/app/job/job-words";
import { useRetry } from "@/app/job/use-retry";
import type { JobSummary } from "@/app/trpc/types";
import { buttonClass, IconButton } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { formatDuration } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";

/** An export that left no backup, in one line: what happened and the way on. */
export function FailureRow({ job, mayExport }: { job: JobSummary; mayExport: boolean }) {
  const { retry, isPending } = useRetry();
  const { tone, word } = statusLooks[job.status];
  const title = `${kindWord(job.kind)} ${word.toLowerCase()}`;
  return (
    <Row>
      <Cell className="max-w-0 w-3/5">
        <div className="flex min-w-0 items-center gap-2">
          <StatusMark tone={tone} className="shrink-0">
            {title}
          </StatusMark>
          {job.errorMessage && job.status === "failed" && (
            <span title={job.errorMessage} className="min-w-0 truncate text-muted">
              {job.errorMessage}
            </span>
          )}
        </div>
      </Cell>
      <Cell>
        <RelativeTime time={job.createdAt} />
      </Cell>
      <Cell numeric from="md">
        –
      </Cell>
      <Cell numeric from="lg">
        –
      </Cell>
      <Cell numeric from="lg">
        {job.startedAt && job.finishedAt ? formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt)) : "–"}
      </Cell>
      <Cell numeric className="w-20">
        <span className="inline-flex">
          {mayExport && canRetry(job.kind) && (
            <IconButton size="sm" label="Retry" disabled={isPending} onClick={() => retry(job.id)}>
              <RotateCw aria-hidden className="size-4" />
            </IconButton>
          )}
          <JobLink jobId={job.id} className={cx(buttonClass({ variant: "ghost", size: "sm" }), "px-1.5 text-muted")}>
            Details
          </JobLink>
        </span>
      </Cell>
    </Row>
  );
}
