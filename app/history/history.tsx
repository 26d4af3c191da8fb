"use client";

import { useQuery } from "@tanstack/react-query";
import { ExportButton } from "@/app/export/export-button";
import { isFiltered, readHistoryFilter } from "@/app/history/history-filter";
import { HistoryFilters } from "@/app/history/history-filters";
import { HistoryTable } from "@/app/history/history-table";
import { useHistory } from "@/app/history/use-history";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { LoadMore } from "@/app/ui/load-more";
import { useQueryState } from "@/app/ui/query-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** Everything that exports of a project have left behind, the failures among it. */
export function History({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const [query, setQuery] = useQueryState();
  const filter = readHistoryFilter(query);
  const { data: project } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  const history = useHistory(slug, filter);
  const canExport = project?.permissions.includes("export") ?? false;
  const tags = history.entries.flatMap((entry) => (entry.kind === "backup" ? entry.backup.tags : []));
  const isEmpty = !history.isLoading && !history.error && history.entries.length === 0;
  return (
    <section aria-label="Backups" className="flex flex-col gap-3">
      <HistoryFilters slug={slug} filter={filter} tags={tags} onChange={setQuery} />
      {history.error && (
        <ErrorState
          title="The backups could not be read"
          error={history.error}
          onRetry={history.refetch}
          retrying={history.isRefetching}
        />
      )}
      {history.isLoading && !history.error && <SkeletonRows rows={8} label="Loading backups" />}
      {isEmpty && isFiltered(filter) && (
        <EmptyState
          action={<Button onClick={() => setQuery({ q: "", type: "", status: "", tag: "" })}>Clear filters</Button>}
        >
          Nothing fits these filters.
        </EmptyState>
      )}
      {isEmpty && !isFiltered(filter) && (
        <EmptyState action={project && canExport && <ExportButton project={project} />}>
          There is no backup of this project yet.
        </EmptyState>
      )}
      {history.entries.length > 0 && (
        <HistoryTable entries={history.entries} canExport={canExport} onTag={(tag) => setQuery({ tag })} />
      )}
      <LoadMore
        hasMore={history.hasMore}
        isLoading={history.isLoadingMore}
        error={history.moreError}
        onLoad={history.loadMore}
      />
    </section>
  );
}
