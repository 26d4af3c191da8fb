import type { Metadata } from "next";
import { ScheduleList } from "@/app/schedule/schedule-list";
import { Hydrate } from "@/app/trpc/hydrate";
import { getQueryClient, prefetch, trpc } from "@/app/trpc/server";

export const metadata: Metadata = { title: "Schedules" };

export default async function SchedulesPage() {
  await prefetch(getQueryClient().query(trpc.schedule.list.queryOptions({})));
  return (
    <Hydrate>
      <ScheduleList />
    </Hydrate>
  );
}
