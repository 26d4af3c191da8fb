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
import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";
import { useCurrentUser } from "@/app/user/current-user";

const ScheduleDialog = dynamic(() => import("@/app/schedule/schedule-dialog").then((module) => module.ScheduleDialog), {
  ssr: false,
});

export function ScheduleList() {
  const trpc = useTRPC();
  const {
    data: schedules,
    error,
    refetch,
    isFetching,
  } = useQuery(trpc.schedule.list.queryOptions({}, scheduleRefresh));
  const { data: projects } = useQuery(trpc.project.list.queryOptions());
  const isAdmin = useCurrentUser().role === "admin";
  const [adds, setAdds] = useState(false);
  const canAdd = isAdmin || projects?.some(({ canSchedule }) => canSchedule);
  const button = canAdd && (
    <Button
      variant="primary"
      aria-haspopup="dialog"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setAdds(true)}
    >
      Add schedule
    </Button>
  );
  return (
    <>
      <PageHeader title="Schedules" actions={button}>
        <p className="max-w-3xl text-muted">
          Backups by the clock, of one project or of all that match a pattern, those to come included.
        </p>
      </PageHeader>
      {error && !schedules && (
        <ErrorState title="The schedules could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !schedules && <SkeletonRows rows={4} label="Loading schedules" />}
      {schedules?.length === 0 && (
        <EmptyState action={button}>There is no schedule yet. Backups are made only when somebody asks.</EmptyState>
      )}
      {schedules && schedules.length > 0 && <ScheduleTable schedules={schedules} />}
      {adds && <ScheduleDialog onClose={() => setAdds(false)} />}
    </>
  );
}
