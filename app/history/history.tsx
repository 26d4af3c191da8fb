"use client";

import { useQuery } from "@tanstack/react-query";
import { CleanupButton } from "@/app/cleanup/cleanup-button";
import { ExportButton } from "@/app/export/export-button";
import { isFiltered, readHistoryFilter } from "@/app/history/history-filter";
import { HistoryFilters } from "@/app/history/history-filters";
import { HistoryTable } from "@/app/history/history-table";
import { useHistory } from "@/app/history/use-history";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { PagedList } from "@/app/ui/paged-list";
import { useQueryState } from "@/app/ui/query-state";

/** Everything that exports of a project have left behind, the failures among it. */
export function History({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const [query, setQuery] = useQueryState();
  const filter = readHistoryFilter(query);
  const { data: project } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  const history = useHistory(slug, filter);
  const can = {
    export: project?.permissions.includes("export") ?? false,
    manage: project?.permissions.includes("manage") ?? false,
  };
  const tags = history.entries.flatMap((entry) => (entry.kind === "backup" ? entry.backup.tags : []));
  return (
    <section aria-label="Backups" className="flex flex-col gap-3">
      <HistoryFilters
        slug={slug}
        filter={filter}
        tags={tags}
        onChange={setQuery}
        action={project && can.manage && project.backupCount > 0 && <CleanupButton project={project} />}
      />
      <PagedList
        list={history}
        items={history.entries}
        noun="backups"
        onClearFilters={
          isFiltered(filter) && (() => setQuery({ q: "", type: "", status: "", encryption: "", tag: "" }))
        }
        noMatch="Nothing fits these filters."
        empty={
          <EmptyState action={project && can.export && <ExportButton project={project} />}>
            There is no backup of this project yet.
          </EmptyState>
        }
      >
        <HistoryTable entries={history.entries} can={can} onTag={(tag) => setQuery({ tag })} />
      </PagedList>
    </section>
  );
}
