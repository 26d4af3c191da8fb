import type { Metadata } from "next";
import { History } from "@/app/history/history";
import { backupsOf, failuresOf, readHistoryFilter } from "@/app/history/history-filter";
import { afterPage, runningJobs } from "@/app/job/job-queries";
import { RunningJobs } from "@/app/job/running-jobs";
import { projectTitle } from "@/app/project/project-title";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";
import { type PageQuery, queryOf } from "@/app/ui/page-query";

type Props = { params: Promise<{ slug: string }>; searchParams: Promise<PageQuery> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: await projectTitle((await params).slug),
});

export default async function ProjectPage({ params, searchParams }: Props) {
  const { slug } = await params;
  const filter = readHistoryFilter(queryOf(await searchParams));
  const client = getQueryClient();
  const backups = backupsOf(slug, filter);
  const failures = failuresOf(slug, filter);
  await prefetch(
    client.query(trpc.job.list.queryOptions(runningJobs(slug))),
    ...(backups
      ? [
          client.query(trpc.backup.totals.queryOptions(backups)),
          client.infiniteQuery(trpc.backup.listBackups.infiniteQueryOptions(backups, afterPage)),
        ]
      : []),
    ...(failures ? [client.infiniteQuery(trpc.job.list.infiniteQueryOptions(failures, afterPage))] : []),
  );
  return (
    <Hydrate>
      <RunningJobs projectId={slug} />
      <History slug={slug} />
    </Hydrate>
  );
}
