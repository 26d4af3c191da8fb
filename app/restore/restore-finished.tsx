"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { JobResult } from "@/app/job/job-result";
import { UndoButton } from "@/app/restore/undo-button";
import { useTRPC } from "@/app/trpc/client";
import type { Restore } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { StatusMark } from "@/app/ui/status-mark";

/** What a restore has done, and the way back. */
export function RestoreFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.restore.ofJob.queryOptions({ jobId }));
  const restore = query.data;
  return (
    <JobResult
      actions={restore?.canUndo && <UndoButton jobId={jobId} />}
      open={restore && { what: "project", href: `/projects/${restore.projectSlug}` }}
    >
      <Loaded query={query} rows={3} loading="Loading the restore" failed="The restore could not be read">
        {(restore) => <Result restore={restore} />}
      </Loaded>
    </JobResult>
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
          What was there before is dropped <AbsoluteTime time={keptUntil} ahead />. Until then an undo brings it back,
          and what was written since the restore goes.
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
