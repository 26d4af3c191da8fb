import type { Metadata } from "next";
import { Audit } from "@/app/audit/audit";
import { auditPage, namesDays, readAuditFilter } from "@/app/audit/audit-filter";
import { afterPage } from "@/app/job/job-queries";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

export const metadata: Metadata = { title: "Audit" };

export default async function AuditPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const filter = readAuditFilter(queryOf(await searchParams));
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.project.list.queryOptions()),
    ...(namesDays(filter)
      ? []
      : [client.infiniteQuery(trpc.audit.list.infiniteQueryOptions(auditPage(filter), afterPage))]),
  );
  return (
    <Hydrate>
      <Audit />
    </Hydrate>
  );
}
