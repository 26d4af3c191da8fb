"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { mustBeThere } from "@/app/backup/use-download";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { ExportedFile } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { Button } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { formatBytes, plural, shortHash } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

/** The file that an export of rows has made. */
export function ExportFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.data.exportOfJob.queryOptions({ jobId }));
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (path: string) => {
      await mustBeThere(path);
      window.location.assign(path);
    },
    meta: { changesNothing: true, showsError: true },
  });
  const made = query.data;
  return (
    <JobResult
      actions={
        made && (
          <Button variant="primary" pending={isPending} data-autofocus onClick={() => mutate(made.downloadUrl)}>
            Download
          </Button>
        )
      }
    >
      <Loaded query={query} rows={3} loading="Loading the export" failed="The file of this export is not there">
        {(made) => <Made made={made} />}
      </Loaded>
      {error && (
        <Notice tone="bad" role="alert">
          {describeError(error).message}
        </Notice>
      )}
    </JobResult>
  );
}

function Made({ made }: { made: ExportedFile }) {
  const { filename, sizeBytes, records, tableCounts, sha256, expiresAt } = made;
  return (
    <>
      <div className="flex flex-col gap-1">
        <StatusMark tone="good" className="font-medium text-lg">
          Rows exported
        </StatusMark>
        <p className="tabular-nums">
          {plural(records, "row")} of {plural(Object.keys(tableCounts).length, "table")} in {formatBytes(sizeBytes)}
        </p>
      </div>
      <p className="break-all font-mono text-sm">{filename}</p>
      <CopyLine label="sha256" text={sha256}>
        {shortHash(sha256)}
      </CopyLine>
      <p>
        The file expires <AbsoluteTime time={expiresAt} ahead />.
      </p>
    </>
  );
}
