"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { scheduleRefresh } from "@/app/schedule/schedule-refresh";
import { ScheduleTable } from "@/app/schedule/schedule-table";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

const ScheduleDialog = dynamic(() => import("@/app/schedule/schedule-dialog").then((module) => module.ScheduleDialog), {
  ssr: false,
});

/** What backs a project up by the clock: its own schedules, and those whose pattern it matches. */
export function ProjectSchedules({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  const list = useQuery(trpc.schedule.list.queryOptions({ projectId: slug }, scheduleRefresh));
  const { data: schedules, error, refetch, isFetching } = list;
  const [adds, setAdds] = useState(false);
  const canAdd = project?.permissions.includes("manage") && project.permissions.includes("export");
  const button = canAdd && (
    <Button aria-haspopup="dialog" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdds(true)}>
      Add schedule
    </Button>
  );
  return (
    <section aria-label="Schedules" className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-muted max-md:w-full">Its own schedules, and those whose pattern it matches.</p>
        {schedules && schedules.length > 0 && button}
      </div>
      {error && !schedules && (
        <ErrorState title="The schedules could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !schedules && <SkeletonRows rows={3} label="Loading schedules" />}
      {schedules?.length === 0 && <EmptyState action={button}>No schedule backs this project up.</EmptyState>}
      {schedules && schedules.length > 0 && <ScheduleTable schedules={schedules} />}
      {adds && <ScheduleDialog of={slug} onClose={() => setAdds(false)} />}
    </section>
  );
}
