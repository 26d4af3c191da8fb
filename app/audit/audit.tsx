"use client";

import { skipToken, useInfiniteQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { auditCsvHref, auditPage, isFiltered, namesDays, noFilter, readAuditFilter } from "@/app/audit/audit-filter";
import { AuditFilters } from "@/app/audit/audit-filters";
import { AuditTable } from "@/app/audit/audit-table";
import { afterPage } from "@/app/job/job-queries";
import { useTRPC } from "@/app/trpc/client";
import { buttonClass } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { useInBrowser } from "@/app/ui/in-browser";
import { PageHeader } from "@/app/ui/page-header";
import { listState, PagedList } from "@/app/ui/paged-list";
import { useQueryState } from "@/app/ui/query-state";

/** Who did what to which thing. */
export function Audit() {
  const trpc = useTRPC();
  const [query, setQuery] = useQueryState();
  const filter = readAuditFilter(query);
  const isReady = useInBrowser() || !namesDays(filter);
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(isReady ? auditPage(filter) : skipToken, afterPage),
  );
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
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
        <PagedList
          list={listState(list)}
          items={events}
          noun="events"
          skeletonRows={12}
          onClearFilters={isFiltered(filter) && (() => setQuery(noFilter))}
          noMatch="No event fits these filters."
          empty={<EmptyState>Nothing has happened yet.</EmptyState>}
        >
          <AuditTable events={events} />
        </PagedList>
      </div>
    </>
  );
}
