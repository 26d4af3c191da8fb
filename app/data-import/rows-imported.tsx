"use client";

import { useQuery } from "@tanstack/react-query";
import { ImportResult } from "@/app/data-import/import-result";
import { UndoImport } from "@/app/data-import/undo-import";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import type { Job } from "@/app/trpc/types";
import { Loaded } from "@/app/ui/loaded";

/** The end of an import, in the job's dialog. */
export function RowsImported({ job }: { job: Job }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.dataImport.ofJob.queryOptions({ jobId: job.id }));
  const safetyBackupId = query.data?.safetyBackupId;
  return (
    <JobResult
      actions={safetyBackupId && <UndoImport backupId={safetyBackupId} />}
      open={{ what: "data", href: `/projects/${job.projectSlug}/data` }}
    >
      <Loaded query={query} rows={4} loading="Loading the import" failed="The import could not be read">
        {(found) => found.report && <ImportResult job={job} found={{ ...found, report: found.report }} />}
      </Loaded>
    </JobResult>
  );
}
