"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { runningJobs } from "@/app/job/job-queries";
import { useRefreshAfterJob } from "@/app/job/use-refresh-after-job";
import { useTRPC } from "@/app/trpc/client";

/** The jobs that are not over, kept up to date. When one ends, what it has left is asked for. */
export function useRunningJobs(projectId?: string) {
  const trpc = useTRPC();
  const refresh = useRefreshAfterJob();
  const query = useQuery(
    trpc.job.list.queryOptions(runningJobs(projectId), {
      refetchInterval: ({ state }) => (state.data?.items.length ? 1_500 : 10_000),
    }),
  );
  const ids = query.data?.items.map((job) => job.id).join(" ");
  const before = useRef(ids);
  useEffect(() => {
    const ended = before.current?.split(" ").some((id) => id && !ids?.includes(id));
    before.current = ids;
    if (ended) refresh();
  }, [ids, refresh]);
  return query;
}
