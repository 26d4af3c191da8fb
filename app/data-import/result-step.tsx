"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AwaitedJob } from "@/app/data-import/awaited-job";
import { FailedImport } from "@/app/data-import/failed-import";
import { ImportResult } from "@/app/data-import/import-result";
import { Problems } from "@/app/data-import/report";
import { StepActions } from "@/app/data-import/step-actions";
import { UndoImport } from "@/app/data-import/undo-import";
import { useRecheck } from "@/app/data-import/use-recheck";
import type { StepProps } from "@/app/data-import/use-wizard";
import { useTRPC } from "@/app/trpc/client";
import type { Job, RowImport } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { Loaded } from "@/app/ui/loaded";
import { StatusMark } from "@/app/ui/status-mark";

type Props = StepProps & { runId: string; fileId: string | null };

/** The import while it goes on, then what it has done, or why it has done nothing. */
export function ResultStep(props: Props) {
  return <AwaitedJob jobId={props.runId}>{(job) => <Ended {...props} job={job} />}</AwaitedJob>;
}

function Ended({ job, ...props }: Props & { job: Job }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataImport.ofJob.queryOptions({ jobId: job.id }, { retry: false }));
  if (job.status === "completed")
    return (
      <Loaded query={query} rows={6} loading="Loading the import" failed="The import could not be read">
        {(found) => <Done {...props} job={job} found={found} />}
      </Loaded>
    );
  // One that ended before it began has left nothing to read.
  return <NotDone {...props} job={job} found={query.data} />;
}

const again = { step: "file", fileId: null, checkId: null, runId: null } as const;

function Done({ slug, go, job, found }: Props & { job: Job; found: RowImport }) {
  const { report, safetyBackupId } = found;
  return (
    <div className="flex flex-col gap-6">
      {report && <ImportResult job={job} found={{ ...found, report }} />}
      <StepActions>
        {safetyBackupId && <UndoImport backupId={safetyBackupId} />}
        <Button onClick={() => go(again)}>Import another file</Button>
        <Link href={`/projects/${slug}/data`} className={buttonClass({ variant: "primary" })}>
          Back to the data
        </Link>
      </StepActions>
    </div>
  );
}

function NotDone({ slug, go, job, found, fileId }: Props & { job: Job; found?: RowImport }) {
  const { recheck, error, isPending } = useRecheck(slug, (checkId) => go({ step: "check", checkId, runId: null }));
  const keptFile = found ? found.fileId : fileId;
  const report = found?.report;
  return (
    <div className="flex flex-col gap-6">
      {job.status === "failed" ? (
        <FailedImport job={job} title="Nothing was imported" />
      ) : (
        <div>
          <StatusMark tone="ended" className="font-medium text-lg">
            The import was cancelled
          </StatusMark>
          <p className="text-muted">Nothing was changed.</p>
        </div>
      )}
      {report && report.problemCount > 0 && <Problems jobId={job.id} report={report} />}
      {error && <ErrorState title="The dry run could not be started" error={error} />}
      <StepActions>
        <Button onClick={() => go(again)}>Choose another file</Button>
        {keptFile && (
          <Button onClick={() => go({ step: "columns", fileId: keptFile, runId: null })}>Back to the columns</Button>
        )}
        {keptFile && found && (
          <Button variant="primary" pending={isPending} onClick={() => recheck(found.options)}>
            Run the dry run again
          </Button>
        )}
      </StepActions>
    </div>
  );
}
