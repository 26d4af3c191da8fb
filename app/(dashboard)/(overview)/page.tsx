import type { Metadata } from "next";
import { runningJobs } from "@/app/job/job-queries";
import { Overview } from "@/app/overview/overview";
import { Hydrate } from "@/app/trpc/hydrate";
import { currentUser, getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Overview" };

export default async function OverviewPage() {
  const client = getQueryClient();
  const isAdmin = (await currentUser())?.role === "admin";
  await prefetch(
    client.query(trpc.project.list.queryOptions()),
    client.query(trpc.job.list.queryOptions(runningJobs())),
    client.query(trpc.schedule.list.queryOptions({})),
    ...(isAdmin ? [client.query(trpc.destination.list.queryOptions())] : []),
  );
  return (
    <Hydrate>
      <Overview />
    </Hydrate>
  );
}
