"use client";

import Link from "next/link";
import { importHref } from "@/app/data-import/import-href";
import { closeJob } from "@/app/job/job-address";
import { JobSteps } from "@/app/job/job-steps";
import { canRetry, kindWord } from "@/app/job/job-words";
import { useRetry } from "@/app/job/use-retry";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { Foldable } from "@/app/ui/foldable";
import { Notice } from "@/app/ui/notice";
import { RequestId } from "@/app/ui/request-id";
import { StatusMark } from "@/app/ui/status-mark";

export function JobFailed({ job }: { job: Job }) {
  const { retry, error, isPending } = useRetry({ showsError: true });
  const { hint, toolOutput = [] } = job.failure ?? {};
  // The same key would be the wrong one again: it has to be started anew with another.
  const isRepeatable = canRetry(job.kind) && job.errorCode !== "wrong_key";
  const href = importHref(job);
  return (
    <>
      <DialogBody>
        <div className="flex flex-col gap-1">
          <div className="flex flex-wrap items-center gap-3">
            <StatusMark tone="bad" className="font-medium text-lg">
              {kindWord(job.kind)} failed
            </StatusMark>
            {job.errorCode && <Badge tone="bad">{job.errorCode}</Badge>}
            {job.attempts > 1 && <span className="text-muted text-sm">after {job.attempts} attempts</span>}
          </div>
          <p className="break-words">{job.errorMessage ?? "Nobody knows why. The log may."}</p>
        </div>
        {hint && <Notice>{hint}</Notice>}
        <JobSteps job={job} />
        {toolOutput.length > 0 && (
          <Foldable scrolls summary="Last lines of the tool">
            <pre className="whitespace-pre-wrap break-words font-mono text-xs">{toolOutput.join("\n")}</pre>
          </Foldable>
        )}
        {job.requestId && <RequestId id={job.requestId} />}
        {error && (
          <Notice tone="bad" role="alert">
            {describeError(error).message}
          </Notice>
        )}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob} data-autofocus={isRepeatable ? undefined : true}>
          Close
        </Button>
        {href && (
          <Link href={href} className={buttonClass({ variant: "primary" })}>
            See what is wrong
          </Link>
        )}
        {isRepeatable && (
          <Button variant="primary" pending={isPending} data-autofocus onClick={() => retry(job.id)}>
            Retry
          </Button>
        )}
      </DialogActions>
    </>
  );
}
