"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ObjectLinks } from "@/app/browse/object-links";
import { readOnce } from "@/app/browse/read-once";
import type { Selection } from "@/app/browse/selection";
import { useTRPC } from "@/app/trpc/client";
import type { ListedTable } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { formatCount } from "@/app/ui/format";
import { SearchField } from "@/app/ui/search-field";
import { Skeleton } from "@/app/ui/skeleton";

type Props = { backupId: string; tables: ListedTable[]; selection: Selection | null; className?: string };

/** A browser does not like more links at once: whoever looks for one searches. */
const shownAtMost = 300;

export function ObjectList({ backupId, tables, selection, className }: Props) {
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const { data, error, refetch, isFetching } = useQuery(trpc.browse.objects.queryOptions({ backupId }, readOnce));
  const has = ({ name }: { name: string }) => name.toLowerCase().includes(search.toLowerCase());
  const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, "en", { numeric: true });
  const found = tables.filter(has).sort(byName);
  const others = Object.entries(Object.groupBy((data ?? []).filter(has).sort(byName), ({ kind }) => kind)).sort();
  return (
    <nav aria-label="Objects in this backup" className={cx("flex min-w-0 flex-col gap-3", className)}>
      <SearchField label="Search by name" value={search} onChange={setSearch} />
      {tables.length === 0 && !search && <EmptyState>The schema had no tables.</EmptyState>}
      {search && found.length === 0 && others.length === 0 && (
        <EmptyState action={<Button onClick={() => setSearch("")}>Clear search</Button>}>
          Nothing has “{search}” in its name.
        </EmptyState>
      )}
      <div className="flex flex-col gap-4 md:max-h-[calc(100dvh-13rem)] md:overflow-y-auto">
        <ObjectLinks
          title="Tables"
          items={found.slice(0, shownAtMost).map(({ name, rows, kind }) => ({
            kind: "table",
            name,
            aside: rows === null ? shortKind(kind) : formatCount(rows),
          }))}
          more={found.length - shownAtMost}
          selection={selection}
        />
        {others.map(([kind, items = []]) => (
          <ObjectLinks
            key={kind}
            title={titleOf(kind)}
            items={items.slice(0, shownAtMost)}
            more={items.length - shownAtMost}
            selection={selection}
          />
        ))}
        {!data && !error && (
          <div role="status" aria-label="Reading what else the backup holds" className="flex flex-col gap-3 pt-1">
            <Skeleton className="h-3 w-16" />
            <Skeleton className="h-3 w-40" />
            <Skeleton className="h-3 w-32" />
          </div>
        )}
        {error && selection && <p className="text-muted text-sm">What else it holds could not be read.</p>}
        {error && !selection && (
          <ErrorState
            title="Its other objects could not be read"
            error={error}
            onRetry={refetch}
            retrying={isFetching}
          />
        )}
      </div>
    </nav>
  );
}

/** `partitioned table` becomes partitioned: it stands where others have their rows. */
const shortKind = (kind: string) => kind.split(" ")[0];

/** `function` becomes Functions, `policy` Policies. */
const titleOf = (kind: string) => {
  const many = kind.endsWith("y") ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  return many.charAt(0).toUpperCase() + many.slice(1);
};
