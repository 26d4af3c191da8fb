"use client";

import { skipToken, useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { auditCsvHref, auditPage, isFiltered, namesDays, noFilter, readAuditFilter } from "@/app/audit/audit-filter";
import { AuditFilters } from "@/app/audit/audit-filters";
import { AuditTable } from "@/app/audit/audit-table";
import { afterPage } from "@/app/job/job-queries";
import { useTRPC } from "@/app/trpc/client";
import { Button, buttonClass } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { useInBrowser } from "@/app/ui/in-browser";
import { LoadMore } from "@/app/ui/load-more";
import { PageHeader } from "@/app/ui/page-header";
import { useQueryState } from "@/app/ui/query-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** Who did what to which thing. */
export function Audit() {
  const trpc = useTRPC();
  const [query, setQuery] = useQueryState();
  const filter = readAuditFilter(query);
  const isReady = useInBrowser() || !namesDays(filter);
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(isReady ? auditPage(filter) : skipToken, afterPage),
  );
  const events = list.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <PageHeader
        title="Audit"
        actions={
          <a href={isReady ? auditCsvHref(filter) : undefined} download className={buttonClass()}>
            <Download aria-hidden className="size-4" />
            Download CSV
          </a>
        }
      >
        <p className="text-muted">Who did what, when and from where. What stands here is never changed.</p>
      </PageHeader>
      <div className="flex flex-col gap-3">
        <AuditFilters filter={filter} onChange={setQuery} />
        {list.error && !events && (
          <ErrorState
            title="The events could not be read"
            error={list.error}
            onRetry={list.refetch}
            retrying={list.isFetching}
          />
        )}
        {list.isPending && <SkeletonRows rows={12} label="Loading events" />}
        {events?.length === 0 &&
          (isFiltered(filter) ? (
            <EmptyState action={<Button onClick={() => setQuery(noFilter)}>Clear filters</Button>}>
              No event fits these filters.
            </EmptyState>
          ) : (
            <EmptyState>Nothing has happened yet.</EmptyState>
          ))}
        {events && events.length > 0 && <AuditTable events={events} />}
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
