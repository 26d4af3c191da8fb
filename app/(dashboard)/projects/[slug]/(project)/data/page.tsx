import type { Metadata } from "next";
import { DataPage } from "@/app/data/data-page";
import { runningJobs } from "@/app/job/job-queries";
import { projectTitle } from "@/app/project/project-title";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ slug: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Data of ${await projectTitle((await params).slug)}`,
});

/** The tables are asked for by the browser: a tenant's server may take its time. */
export default async function ProjectDataPage({ params }: Props) {
  const { slug } = await params;
  await prefetch(getQueryClient().query(trpc.job.list.queryOptions(runningJobs(slug))));
  return (
    <Hydrate>
      <DataPage slug={slug} />
    </Hydrate>
  );
}
