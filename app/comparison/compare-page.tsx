"use client";

import { useQuery } from "@tanstack/react-query";
import { BackupSkeleton } from "@/app/backup/backup-skeleton";
import { CompareRows } from "@/app/comparison/compare-rows";
import { CompareWith } from "@/app/comparison/compare-with";
import { Differences } from "@/app/comparison/differences";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { useQueryState } from "@/app/ui/query-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** How the live schema, or another backup of the project, differs from a backup. */
export function ComparePage({ backupId }: { backupId: string }) {
  const trpc = useTRPC();
  const [query, change] = useQueryState();
  const { data: backup, error, refetch, isFetching } = useQuery(trpc.backup.get.queryOptions({ backupId }));
  const canReadLive = backup?.permissions.includes("export") === true;
  const otherId = query.get("with") ?? "";
  const found = useQuery(
    trpc.comparison.structure.queryOptions(
      { backupId, otherId: otherId || undefined },
      { trpc: alone, enabled: otherId !== "" || canReadLive, retry: false, staleTime: 60_000 },
    ),
  );
  if (!backup) {
    if (!error) return <BackupSkeleton />;
    return <ErrorState title="The backup could not be read" error={error} onRetry={refetch} retrying={isFetching} />;
  }
  return (
    <>
      <PageHeader
        crumbs={[
          { href: "/projects", label: "Projects" },
          { href: `/projects/${backup.projectSlug}`, label: backup.projectName },
          { href: `/projects/${backup.projectSlug}/backups/${backupId}`, label: "Backup" },
        ]}
        here="Compare"
        title="Compare"
        actions={
          <CompareWith
            backup={backup}
            canReadLive={canReadLive}
            value={otherId}
            onChange={(value) => change({ with: value })}
          />
        }
      >
        <p className="break-all font-mono text-muted text-xs">{backup.filename}</p>
      </PageHeader>
      {otherId === "" && !canReadLive && (
        <EmptyState>Choose another backup of this project to compare with.</EmptyState>
      )}
      {found.error && (
        <ErrorState
          title="They could not be compared"
          error={found.error}
          onRetry={found.refetch}
          retrying={found.isFetching}
        />
      )}
      {found.isLoading && <SkeletonRows rows={8} label="Comparing" />}
      {found.data && <Differences {...found.data} />}
      {found.data && canReadLive && <CompareRows backupId={backupId} otherId={otherId} tables={found.data.tables} />}
    </>
  );
}
