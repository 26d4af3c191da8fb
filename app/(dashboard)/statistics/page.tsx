import type { Metadata } from "next";
import { figuresOf, readPeriod } from "@/app/statistics/days";
import { StatisticsPage } from "@/app/statistics/statistics-page";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

export const metadata: Metadata = { title: "Statistics" };

export default async function Page({ searchParams }: { searchParams: Promise<PageQuery> }) {
  const period = readPeriod(queryOf(await searchParams));
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.stats.status.queryOptions({ projectId: undefined })),
    client.query(trpc.stats.figures.queryOptions(figuresOf(undefined, period))),
  );
  return (
    <Hydrate>
      <StatisticsPage />
    </Hydrate>
  );
}
