"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { isOver } from "@/app/job/job-words";
import { pollDelay } from "@/app/job/poll-delay";
import { useRefreshAfterJob } from "@/app/job/use-refresh-after-job";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";

/** A job, asked for again and again until it is over. After an error the last answer stays. */
export function useJob(jobId: string) {
  const trpc = useTRPC();
  const query = useQuery(
    trpc.job.getStatus.queryOptions(
      { jobId },
      {
        // The next round is the retry.
        retry: false,
        refetchOnWindowFocus: ({ state }) => (state.data && isOver(state.data.status) ? false : "always"),
        refetchIntervalInBackground: true,
        refetchInterval: ({ state }) =>
          pollDelay({
            isOver: state.data !== undefined && isOver(state.data.status),
            isRefused: state.error !== null && describeError(state.error).isFinal,
            quietSeconds: state.error && describeError(state.error).quietSeconds,
            answers: state.dataUpdateCount,
            isHidden: document.hidden,
          }),
      },
    ),
  );
  useRefreshAtEnd(query.data);
  return query;
}

/** What a job leaves behind shows on the page as soon as it is over, also when it was over before it was first asked for. */
function useRefreshAtEnd(job: Job | undefined) {
  const refresh = useRefreshAfterJob();
  const over = job !== undefined && isOver(job.status);
  useEffect(() => {
    if (over) refresh();
  }, [over, refresh]);
}
