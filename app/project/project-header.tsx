"use client";

import { useQuery } from "@tanstack/react-query";
import { ExportButton } from "@/app/export/export-button";
import { standingOf } from "@/app/project/health";
import { RestoreNotice } from "@/app/restore/restore-notice";
import { useTRPC } from "@/app/trpc/client";
import type { ProjectDetails } from "@/app/trpc/types";
import { ErrorState } from "@/app/ui/error-state";
import { formatBytes, plural } from "@/app/ui/format";
import { PageHeader } from "@/app/ui/page-header";
import { RelativeTime, useNow } from "@/app/ui/relative-time";
import { Skeleton } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";
import { Tabs } from "@/app/ui/tabs";

/** What stands above every tab of a project. */
export function ProjectHeader({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project, error, refetch, isFetching } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  const path = `/projects/${slug}`;
  return (
    <div className="flex flex-col gap-3">
      <PageHeader
        crumbs={[{ href: "/projects", label: "Projects" }]}
        here={slug}
        title={project?.name ?? slug}
        actions={project?.permissions.includes("export") && <ExportButton project={project} />}
      >
        {project && <Facts project={project} />}
        {!project && !error && <Skeleton className="h-5 w-2/3" />}
      </PageHeader>
      {error && !project && (
        <ErrorState title="The project could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {project && <RestoreNotice project={project} />}
      <Tabs
        label="Project"
        tabs={[
          { href: path, label: "Backups" },
          { href: `${path}/data`, label: "Data", deep: true },
          { href: `${path}/schedules`, label: "Schedules" },
          { href: `${path}/statistics`, label: "Statistics" },
          { href: `${path}/members`, label: "Members" },
          { href: `${path}/settings`, label: "Settings" },
        ]}
      />
    </div>
  );
}

function Facts({ project }: { project: ProjectDetails }) {
  const { lastBackup, lastExport } = project;
  const { tone, word, isGood } = standingOf(lastBackup, useNow());
  return (
    <div className="flex min-h-5 flex-wrap gap-x-5 gap-y-1 text-muted text-sm tabular-nums">
      <span className="min-w-0 truncate">
        <span className="font-mono text-xs">{project.schemaName}</span> on {project.databaseName}
      </span>
      {lastBackup && <span>{formatBytes(lastBackup.originalBytes)}</span>}
      {lastBackup && <span>{plural(lastBackup.tableCount, "table")}</span>}
      <StatusMark tone={tone}>
        {lastBackup ? (
          <>
            {isGood ? "Last good backup" : `${word}: last good backup`} <RelativeTime time={lastBackup.createdAt} />
          </>
        ) : (
          word
        )}
      </StatusMark>
      {lastExport?.status === "failed" && (
        <StatusMark tone="bad">
          Last export failed <RelativeTime time={lastExport.finishedAt} />
        </StatusMark>
      )}
    </div>
  );
}
