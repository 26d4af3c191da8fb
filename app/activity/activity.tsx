"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { readActivityFilter } from "@/app/activity/activity-filter";
import { JobTable } from "@/app/activity/job-table";
import { afterPage, jobPage } from "@/app/job/job-queries";
import { isOver, statusLooks } from "@/app/job/job-words";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { FilterSelect } from "@/app/ui/filter-select";
import { PageHeader } from "@/app/ui/page-header";
import { listState, PagedList } from "@/app/ui/paged-list";
import { useQueryState } from "@/app/ui/query-state";
import { useCurrentUser } from "@/app/user/current-user";

const statuses = Object.entries(statusLooks).map(([value, { word }]) => ({ value, label: word }));

export function Activity() {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const [query, setQuery] = useQueryState();
  const filter = readActivityFilter(query);
  const projects = useQuery(trpc.project.list.queryOptions());
  const list = useInfiniteQuery(
    trpc.job.list.infiniteQueryOptions(jobPage(filter), {
      ...afterPage,
      refetchInterval: ({ state }) =>
        state.data?.pages.some((page) => page.items.some((job) => !isOver(job.status))) ? 2_000 : 15_000,
    }),
  );
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Boolean(filter.status || filter.projectId);
  return (
    <>
      <PageHeader title="Activity">
        <p className="text-muted">{isAdmin ? "Every job, whoever started it." : "Every job that you have started."}</p>
      </PageHeader>
      <div className="flex flex-col gap-3">
        <div className="flex flex-wrap gap-2">
          <FilterSelect
            label="Status"
            value={filter.status?.[0] ?? ""}
            options={statuses}
            onChange={(status) => setQuery({ status })}
          />
          <FilterSelect
            label="Project"
            value={filter.projectId ?? ""}
            options={(projects.data ?? []).map((project) => ({ value: project.slug, label: project.name }))}
            onChange={(project) => setQuery({ project })}
          />
        </div>
        <PagedList
          list={listState(list)}
          items={jobs}
          noun="jobs"
          onClearFilters={isFiltered && (() => setQuery({ status: "", project: "" }))}
          noMatch="No job fits these filters."
          empty={
            <EmptyState>Nothing has been done yet. Jobs appear here as soon as somebody exports a backup.</EmptyState>
          }
        >
          <JobTable jobs={jobs} />
        </PagedList>
      </div>
    </>
  );
}
