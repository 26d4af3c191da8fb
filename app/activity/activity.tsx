"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { readActivityFilter } from "@/app/activity/activity-filter";
import { JobTable } from "@/app/activity/job-table";
import { afterPage, jobPage } from "@/app/job/job-queries";
import { isOver, statusLooks } from "@/app/job/job-words";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { FilterSelect } from "@/app/ui/filter-select";
import { LoadMore } from "@/app/ui/load-more";
import { PageHeader } from "@/app/ui/page-header";
import { useQueryState } from "@/app/ui/query-state";
import { SkeletonRows } from "@/app/ui/skeleton";
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
  const jobs = list.data?.pages.flatMap((page) => page.items);
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
        {list.error && !jobs && (
          <ErrorState
            title="The jobs could not be read"
            error={list.error}
            onRetry={list.refetch}
            retrying={list.isFetching}
          />
        )}
        {list.isPending && <SkeletonRows rows={8} label="Loading jobs" />}
        {jobs?.length === 0 &&
          (isFiltered ? (
            <EmptyState action={<Button onClick={() => setQuery({ status: "", project: "" })}>Clear filters</Button>}>
              No job fits these filters.
            </EmptyState>
          ) : (
            <EmptyState>Nothing has been done yet. Jobs appear here as soon as somebody exports a backup.</EmptyState>
          ))}
        {jobs && jobs.length > 0 && <JobTable jobs={jobs} />}
        <LoadMore
          hasMore={list.hasNextPage}
          isLoading={list.isFetchingNextPage}
          error={list.isFetchNextPageError ? list.error : null}
          onLoad={list.fetchNextPage}
        />
      </div>
    </>
  );
}
