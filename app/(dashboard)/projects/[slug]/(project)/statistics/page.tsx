import type { Metadata } from "next";
import { projectTitle } from "@/app/project/project-title";
import { figuresOf, readPeriod } from "@/app/statistics/days";
import { Statistics } from "@/app/statistics/statistics";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<PageQuery> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Statistics of ${await projectTitle((await params).slug)}`,
});

export default async function StatisticsPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const period = readPeriod(queryOf(await searchParams));
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.stats.status.queryOptions({ projectId: slug })),
    client.query(trpc.stats.figures.queryOptions(figuresOf(slug, period))),
  );
  return (
    <Hydrate>
      <Statistics slug={slug} />
    </Hydrate>
  );
}
