"use client";

import { useQuery } from "@tanstack/react-query";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import type { ExportedFile } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { formatBytes, plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";

/** The file of rows that a job has made, for as long as it is kept. */
export function ExportFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.data.exportOfJob.queryOptions({ jobId }));
  return (
    <JobResult actions={query.data && <DownloadLink jobId={jobId} />}>
      <Loaded query={query} rows={3} loading="Loading the export" failed="The file is not there">
        {(file) => <FileFacts file={file} />}
      </Loaded>
    </JobResult>
  );
}

function FileFacts({ file }: { file: ExportedFile }) {
  return (
    <>
      <div className="flex flex-col gap-1">
        <StatusMark tone="good" className="font-medium text-lg">
          Rows ready
        </StatusMark>
        <p className="flex flex-wrap gap-x-5 tabular-nums">
          <span>{formatBytes(file.sizeBytes)}</span>
          <span>
            {plural(file.recordCount, "row")} of {plural(Object.keys(file.tableCounts).length, "table")}
          </span>
        </p>
      </div>
      <p className="break-all font-mono text-sm">{file.filename}</p>
      <p className="text-muted text-sm">
        The file is removed <RelativeTime time={file.expiresAt} ahead />.
      </p>
    </>
  );
}

const DownloadLink = ({ jobId }: { jobId: string }) => (
  <a href={`/api/v1/exports/${jobId}/download`} download data-autofocus className={buttonClass({ variant: "primary" })}>
    Download
  </a>
);
