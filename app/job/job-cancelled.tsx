"use client";

import { closeJob } from "@/app/job/job-address";
import { canRetry } from "@/app/job/job-words";
import { useRetry } from "@/app/job/use-retry";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { formatAbsolute, formatClock } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

/** The receipt: when each part was seen to be gone. */
export function JobCancelled({ job }: { job: Job }) {
  const { retry, error, isPending } = useRetry({ showsError: true });
  const receipt = job.cancelReceipt;
  const neverStarted = job.startedAt === null;
  const lines: [string, string | null | undefined][] = neverStarted
    ? [["asked", receipt?.askedAt]]
    : [
        ["asked", receipt?.askedAt],
        [job.kind === "export_backup" ? "pg_dump ended" : "work ended", receipt?.processEndedAt],
        ["files removed", receipt?.filesRemovedAt],
        ["server released", receipt?.backendEndedAt],
      ];
  return (
    <>
      <DialogBody>
        <div>
          <StatusMark tone="ended" className="font-medium text-lg">
            Cancelled
          </StatusMark>
          <p className="text-muted">
            {neverStarted ? "It had not started, so there was nothing to undo." : "Nothing was kept."}
          </p>
        </div>
        <dl className="grid w-fit grid-cols-[auto_auto] gap-x-6 gap-y-1 tabular-nums">
          {lines.map(([what, time]) => (
            <div key={what} className="contents">
              <dt className="text-muted">{what}</dt>
              <dd title={time ? formatAbsolute(new Date(time)) : undefined}>
                {time ? formatClock(new Date(time)) : "not seen yet"}
              </dd>
            </div>
          ))}
        </dl>
        {lines.some(([, time]) => !time) && (
          <Notice tone="warn">
            Not everything was seen to be gone when the job ended. The worker removes what is left by itself.
          </Notice>
        )}
        {error && (
          <Notice tone="bad" role="alert">
            {describeError(error).message}
          </Notice>
        )}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {canRetry(job.kind) && (
          <Button variant="primary" pending={isPending} onClick={() => retry(job.id)}>
            Start again
          </Button>
        )}
      </DialogActions>
    </>
  );
}
