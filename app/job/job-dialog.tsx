"use client";

import { useEffect, useState } from "react";
import { CloneFinished } from "@/app/clone/clone-finished";
import { ComparisonFinished } from "@/app/comparison/comparison-finished";
import { CopyFinished } from "@/app/copy/copy-finished";
import { ExportFinished } from "@/app/data/export-finished";
import { CheckFinished } from "@/app/data-import/check-finished";
import { RowsImported } from "@/app/data-import/rows-imported";
import { ImportFinished } from "@/app/dump/import-finished";
import { closeJob } from "@/app/job/job-address";
import { JobAnnouncer } from "@/app/job/job-announcer";
import { JobCancelled } from "@/app/job/job-cancelled";
import { JobFailed } from "@/app/job/job-failed";
import { JobFinished } from "@/app/job/job-finished";
import { JobRunning } from "@/app/job/job-running";
import { isOver, jobTitle } from "@/app/job/job-words";
import { useJob } from "@/app/job/use-job";
import { forgetJob, watchJob } from "@/app/job/watched-jobs";
import { ProofFinished } from "@/app/proof/proof-finished";
import { RestoreFinished } from "@/app/restore/restore-finished";
import { UndoFinished } from "@/app/restore/undo-finished";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { Notice } from "@/app/ui/notice";
import { SkeletonRows } from "@/app/ui/skeleton";

/** The one dialog for every kind of job, from the first second to long after its end. */
export function JobDialog({ jobId }: { jobId: string }) {
  const { data: job, error: lastError, refetch, isFetching } = useJob(jobId);
  // After too many calls the next one will do: nothing is wrong.
  const error = lastError && describeError(lastError).quietSeconds === null ? lastError : null;
  const [cancelCameLate, setCancelCameLate] = useState(false);
  const running = job && !isOver(job.status);

  useEffect(() => {
    if (running) watchJob(jobId);
    // Whoever sees the end here need not be told again.
    else if (job) forgetJob(jobId);
  }, [running, job, jobId]);

  return (
    <Dialog title={job ? jobTitle(job) : "Job"} onClose={closeJob}>
      {!job && (
        <DialogBody>
          {error ? (
            <ErrorState title="This job cannot be shown" error={error} onRetry={refetch} retrying={isFetching} />
          ) : (
            <SkeletonRows rows={5} label="Loading the job" />
          )}
        </DialogBody>
      )}
      {job && error && !isOver(job.status) && (
        <div className="px-5 pt-4">
          <Notice tone="warn" role="status">
            Connection lost, trying again. This is the last that was known.
          </Notice>
        </div>
      )}
      {job && cancelCameLate && isOver(job.status) && job.status !== "cancelled" && (
        <div className="px-5 pt-4">
          <Notice role="status">The job was over before the cancel arrived, so there was nothing to cancel.</Notice>
        </div>
      )}
      <JobAnnouncer job={job} />
      {job && <JobState job={job} onCancelTooLate={() => setCancelCameLate(true)} />}
    </Dialog>
  );
}

function JobState({ job, onCancelTooLate }: { job: Job; onCancelTooLate: () => void }) {
  switch (job.status) {
    case "pending":
    case "in_progress":
    case "cancelling":
      return <JobRunning job={job} onCancelTooLate={onCancelTooLate} />;
    case "completed":
      return <Completed job={job} />;
    case "failed":
      return <JobFailed job={job} />;
    case "cancelled":
      return <JobCancelled job={job} />;
  }
}

function Completed({ job }: { job: Job }) {
  switch (job.kind) {
    case "export_backup":
      return <JobFinished job={job} />;
    case "verify_backup":
      return <ProofFinished jobId={job.id} />;
    case "restore_backup":
      return <RestoreFinished jobId={job.id} />;
    case "undo_restore":
      return <UndoFinished job={job} />;
    case "clone_project":
      return <CloneFinished jobId={job.id} />;
    case "compare_backups":
      return <ComparisonFinished jobId={job.id} />;
    case "import_dump":
      return <ImportFinished job={job} />;
    case "export_data":
      return <ExportFinished jobId={job.id} />;
    case "check_import":
      return <CheckFinished jobId={job.id} />;
    case "import_data":
      return <RowsImported job={job} />;
    case "copy_backup":
    case "fetch_backup":
    case "verify_copy":
      return <CopyFinished job={job} />;
  }
}
