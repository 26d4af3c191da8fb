import { matchQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTRPC } from "@/app/trpc/client";

/**
 * For when a job is over. What it has changed may be anywhere on the page (a copy's state, when a destination last
 * worked, a project's size), so all is asked for anew, but for the states of jobs: they are asked for as long as they change.
 */
export function useRefreshAfterJob(): () => void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  return useCallback(() => {
    const statuses = trpc.job.getStatus.pathFilter();
    void queries.invalidateQueries({ predicate: (query) => !matchQuery(statuses, query) });
  }, [trpc, queries]);
}
