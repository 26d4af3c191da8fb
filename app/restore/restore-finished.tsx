"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { closeJob } from "@/app/job/job-address";
import { UndoButton } from "@/app/restore/undo-button";
import { useTRPC } from "@/app/trpc/client";
import type { Restore } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { SkeletonRows } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";

/** What a restore has done, and the way back. */
export function RestoreFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const { data: restore, error, refetch, isFetching } = useQuery(trpc.restore.ofJob.queryOptions({ jobId }));
  return (
    <>
      <DialogBody>
        {error && !restore && (
          <ErrorState title="The restore could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !restore && <SkeletonRows rows={3} label="Loading the restore" />}
        {restore && <Result restore={restore} />}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {restore?.canUndo && <UndoButton jobId={jobId} />}
        {restore && (
          <Link href={`/projects/${restore.projectSlug}`} className={buttonClass({ variant: "primary" })}>
            Open project
          </Link>
        )}
      </DialogActions>
    </>
  );
}

function Result({ restore }: { restore: Restore }) {
  const { undoneAt, keptUntil, droppedAt, safetyBackupId, projectSlug, rowCount } = restore;
  return (
    <>
      <StatusMark tone={undoneAt ? "ended" : "good"} className="font-medium text-lg">
        {undoneAt ? "Restored, and undone since" : "Restored"}
      </StatusMark>
      <p>
        {rowCount === null ? "Every table" : `${plural(rowCount, "row")} came back. Every table`} was compared with the
        backup before it was put in place.
      </p>
      {keptUntil && !undoneAt && !droppedAt && (
        <p>
          What was there before is kept until <AbsoluteTime time={keptUntil} />. An undo brings it back; what was
          written since the restore goes then.
        </p>
      )}
      {safetyBackupId && (
        <p>
          <Link href={`/projects/${projectSlug}/backups/${safetyBackupId}`} className="underline">
            Its safety backup
          </Link>{" "}
          holds it as well.
        </p>
      )}
    </>
  );
}
