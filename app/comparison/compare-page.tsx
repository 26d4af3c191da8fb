"use client";

import { useQuery } from "@tanstack/react-query";
import { BackupSkeleton } from "@/app/backup/backup-skeleton";
import { BackupSubpageHeader } from "@/app/backup/backup-subpage-header";
import { CompareRows } from "@/app/comparison/compare-rows";
import { CompareWith } from "@/app/comparison/compare-with";
import { Differences } from "@/app/comparison/differences";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { Loaded } from "@/app/ui/loaded";
import { useQueryState } from "@/app/ui/query-state";

/** How the live schema, or another backup of the project, differs from a backup. */
export function ComparePage({ backupId }: { backupId: string }) {
  const trpc = useTRPC();
  const [query, change] = useQueryState();
  const { data: backup, error, refetch, isFetching } = useQuery(trpc.backup.get.queryOptions({ backupId }));
  const canReadLive = backup?.permissions.includes("export") === true;
  const otherId = query.get("with") ?? "";
  const canCompare = otherId !== "" || canReadLive;
  const found = useQuery(
    trpc.comparison.structure.queryOptions(
      { backupId, otherId: otherId || undefined },
      { trpc: alone, enabled: canCompare, retry: false, staleTime: 60_000 },
    ),
  );
  if (!backup) {
    if (!error) return <BackupSkeleton />;
    return <ErrorState title="The backup could not be read" error={error} onRetry={refetch} retrying={isFetching} />;
  }
  return (
    <>
      <BackupSubpageHeader
        backup={backup}
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
      </BackupSubpageHeader>
      {!canCompare && <EmptyState>Choose another backup of this project to compare with.</EmptyState>}
      {canCompare && (
        <Loaded query={found} rows={8} loading="Comparing" failed="They could not be compared">
          {(differences) => (
            <>
              <Differences {...differences} />
              {canReadLive && <CompareRows backupId={backupId} otherId={otherId} tables={differences.tables} />}
            </>
          )}
        </Loaded>
      )}
    </>
  );
}
