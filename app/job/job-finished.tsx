"use client";

import Link from "next/link";
import { useDownload } from "@/app/backup/use-download";
import { closeJob } from "@/app/job/job-address";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { Button, buttonClass } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { formatBytes, formatDuration, plural, shortHash } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { StatusMark } from "@/app/ui/status-mark";
import { restoreCommand } from "@/server/restore-command";

/** The parts of a job that its backup brings along; null when there is none any more. */
function backupOf({ backupId, filename, sha256, format, compression, encrypted, ...job }: Job) {
  if (!backupId || !filename || !sha256 || !format || !compression) return null;
  return { ...job, id: backupId, filename, sha256, format, compression, encrypted: encrypted ?? false };
}

export function JobFinished({ job }: { job: Job }) {
  const { download, error, isPending } = useDownload({ showsError: true });
  const backup = backupOf(job);
  if (!backup) return <BackupGone />;
  return (
    <>
      <DialogBody>
        <div className="flex flex-col gap-1">
          <StatusMark tone="good" className="font-medium text-lg">
            Backup ready
          </StatusMark>
          <p className="flex flex-wrap gap-x-5 tabular-nums">
            <span>
              {formatBytes(backup.sizeBytes ?? 0)} from {formatBytes(backup.originalBytes ?? 0)}
            </span>
            <span>{formatDuration(backup.durationMs ?? 0)}</span>
            <span>
              {plural(backup.rowCount ?? 0, "row")} in {plural(backup.tableCount ?? 0, "table")}
            </span>
          </p>
        </div>
        <p className="break-all font-mono text-sm">{backup.filename}</p>
        <dl className="grid gap-x-4 gap-y-2 md:grid-cols-[auto_minmax(0,1fr)] md:items-center">
          <dt className="text-muted text-sm">sha256</dt>
          <dd className="min-w-0">
            <CopyLine label="sha256" text={backup.sha256}>
              {shortHash(backup.sha256)}
            </CopyLine>
          </dd>
          <dt className="text-muted text-sm">Restore with</dt>
          <dd className="min-w-0">
            <CopyLine label="restore command" text={restoreCommand(backup)} />
          </dd>
        </dl>
        {error && (
          <Notice tone="bad" role="alert">
            {describeError(error).message}
          </Notice>
        )}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        <Link href={`/projects/${backup.projectSlug}/backups/${backup.id}`} className={buttonClass()}>
          Open backup
        </Link>
        <Button variant="primary" pending={isPending} data-autofocus onClick={() => download(backup.id)}>
          Download
        </Button>
      </DialogActions>
    </>
  );
}

function BackupGone() {
  return (
    <>
      <DialogBody>
        <StatusMark tone="good" className="font-medium text-lg">
          Done
        </StatusMark>
        <p className="text-muted">The backup that this job made is no longer listed.</p>
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
      </DialogActions>
    </>
  );
}
