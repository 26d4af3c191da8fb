import type { Metadata } from "next";
import { Activity } from "@/app/activity/activity";
import { readActivityFilter } from "@/app/activity/activity-filter";
import { afterPage, jobPage } from "@/app/job/job-queries";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

export const metadata: Metadata = { title: "Activity" };

export default async function ActivityPage({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const filter = readActivityFilter(queryOf(await searchParams));
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.project.list.queryOptions()),
    client.infiniteQuery(trpc.job.list.infiniteQueryOptions(jobPage(filter), afterPage)),
  );
  return (
    <Hydrate>
      <Activity />
    </Hydrate>
  );
}
