"use client";

import Link from "next/link";
import { actionWords, totalsOf } from "@/app/data-import/report-words";
import { TableCounts } from "@/app/data-import/table-counts";
import type { ImportReport, Job, RowImport } from "@/app/trpc/types";
import { formatDuration } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";

type Props = { job: Job; found: RowImport & { report: ImportReport } };

/** What an import has done, and what holds the rows from before. */
export function ImportResult({ job, found: { report, projectSlug, safetyBackupId, filename } }: Props) {
  return (
    <>
      <div className="flex flex-col gap-1">
        <StatusMark tone="good" className="font-medium text-lg">
          Rows imported
        </StatusMark>
        <p className="flex flex-wrap gap-x-5 tabular-nums">
          <span>{actionWords(totalsOf(report.tables))}</span>
          {job.durationMs !== null && <span>{formatDuration(job.durationMs)}</span>}
        </p>
        <p className="break-all text-muted text-sm">From {filename}, which is no longer kept here.</p>
      </div>
      <TableCounts tables={report.tables} tense="done" />
      {report.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {safetyBackupId && (
        <p>
          <Link href={`/projects/${projectSlug}/backups/${safetyBackupId}`} className="underline">
            Its safety backup
          </Link>{" "}
          holds the project as it was before.
        </p>
      )}
    </>
  );
}
