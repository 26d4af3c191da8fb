import type { Metadata } from "next";
import { projectTitle } from "@/app/project/project-title";
import { ProjectSchedules } from "@/app/schedule/project-schedules";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

type Props = { params: Promise<{ slug: string }> };

export const generateMetadata = async ({ params }: Props): Promise<Metadata> => ({
  title: `Schedules of ${await projectTitle((await params).slug)}`,
});

export default async function ProjectSchedulesPage({ params }: Props) {
  const { slug } = await params;
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.schedule.list.queryOptions({ projectId: slug })),
    // A schedule is made for one of them.
    client.query(trpc.project.list.queryOptions()),
  );
  return (
    <Hydrate>
      <ProjectSchedules slug={slug} />
    </Hydrate>
  );
}
