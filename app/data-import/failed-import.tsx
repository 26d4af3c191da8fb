import type { Job } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { Notice } from "@/app/ui/notice";
import { RequestId } from "@/app/ui/request-id";
import { StatusMark } from "@/app/ui/status-mark";

/** Why a check or an import has come to nothing. */
export function FailedImport({ job, title }: { job: Job; title: string }) {
  const hint = job.failure?.hint;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1">
        <div className="flex flex-wrap items-center gap-3">
          <StatusMark tone="bad" className="font-medium text-lg">
            {title}
          </StatusMark>
          {job.errorCode && <Badge tone="bad">{job.errorCode}</Badge>}
        </div>
        <p className="break-words">{job.errorMessage ?? "Nobody knows why. The log may."}</p>
      </div>
      {hint && <Notice>{hint}</Notice>}
      {job.requestId && <RequestId id={job.requestId} />}
    </div>
  );
}
