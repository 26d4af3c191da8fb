"use client";

import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { BackupSkeleton } from "@/app/backup/backup-skeleton";
import { BackupSubpageHeader } from "@/app/backup/backup-subpage-header";
import { ObjectList } from "@/app/browse/object-list";
import { ObjectView } from "@/app/browse/object-view";
import { selectionOf } from "@/app/browse/selection";
import { TableView } from "@/app/browse/table-view";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";

/** What a backup holds, read from its file: a list beside what was chosen from it; on a narrow screen the one or the other. */
export function BrowsePage({ backupId }: { backupId: string }) {
  const trpc = useTRPC();
  const selection = selectionOf(useSearchParams());
  const { data: backup, ...reading } = useQuery(trpc.backup.get.queryOptions({ backupId }));
  const { data: tables, ...listing } = useQuery(trpc.browse.listing.queryOptions({ backupId }));
  if (!backup || !tables) {
    const failed = reading.error ? reading : listing.error ? listing : null;
    if (!failed) return <BackupSkeleton />;
    const { error, refetch, isFetching } = failed;
    return <ErrorState title="The backup could not be read" error={error} onRetry={refetch} retrying={isFetching} />;
  }
  const table = selection?.kind === "table" ? tables.find(({ name }) => name === selection.name) : undefined;
  return (
    <>
      <BackupSubpageHeader backup={backup} title="Browse">
        <p className="break-all text-muted text-sm">
          <span className="font-mono text-xs">{backup.filename}</span>, {plural(backup.rowCount, "row")}. Read from the
          file: no live data is touched.
        </p>
      </BackupSubpageHeader>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 md:grid-cols-[16rem_minmax(0,1fr)]">
        <ObjectList
          backupId={backupId}
          tables={tables}
          selection={selection}
          className={selection ? "max-md:hidden" : ""}
        />
        <div className={selection ? "" : "max-md:hidden"}>
          {!selection && <EmptyState>Choose a table to see its first rows and what makes it.</EmptyState>}
          {table && <TableView key={table.name} backupId={backupId} table={table} />}
          {selection?.kind === "table" && !table && <EmptyState>This backup has no table of that name.</EmptyState>}
          {selection && selection.kind !== "table" && (
            <ObjectView key={`${selection.kind} ${selection.name}`} backupId={backupId} selection={selection} />
          )}
        </div>
      </div>
    </>
  );
}
