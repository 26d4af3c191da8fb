import type { Metadata } from "next";
import { ScheduleList } from "@/app/schedule/schedule-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Schedules" };

export default async function SchedulesPage() {
  const client = getQueryClient();
  await prefetch(
    client.query(trpc.schedule.list.queryOptions({})),
    // A schedule is made for one of them.
    client.query(trpc.project.list.queryOptions()),
  );
  return (
    <Hydrate>
      <ScheduleList />
    </Hydrate>
  );
}
