"use client";

import { useQuery } from "@tanstack/react-query";
import { JobLink } from "@/app/job/job-link";
import { UndoButton } from "@/app/restore/undo-button";
import { useTRPC } from "@/app/trpc/client";
import type { ProjectDetails } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { buttonClass } from "@/app/ui/button";
import { Notice } from "@/app/ui/notice";
import { RelativeTime } from "@/app/ui/relative-time";

/** That the project was restored, as long as that can be undone. */
export function RestoreNotice({ project }: { project: Pick<ProjectDetails, "slug" | "permissions"> }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.restore.list.queryOptions({ projectId: project.slug }));
  const last = data?.[0];
  if (!last?.swappedAt || !last.keptUntil || last.undoneAt || last.droppedAt) return null;
  return (
    <Notice>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p>
          Restored <RelativeTime time={last.swappedAt} />. What was there before is dropped{" "}
          <AbsoluteTime time={last.keptUntil} ahead />.
        </p>
        <span className="flex gap-2">
          <JobLink jobId={last.jobId} className={buttonClass({ size: "sm" })}>
            Details
          </JobLink>
          {project.permissions.includes("restore") && <UndoButton jobId={last.jobId} size="sm" />}
        </span>
      </div>
    </Notice>
  );
}
