"use client";

import { useMutation } from "@tanstack/react-query";
import { openJob } from "@/app/job/job-address";
import { useTRPC } from "@/app/trpc/client";

/** Does the same work again, and shows it. */
export function useRetry({ showsError = false } = {}) {
  const trpc = useTRPC();
  const { mutate, error, isPending } = useMutation(
    trpc.job.retry.mutationOptions({ meta: { showsError }, onSuccess: ({ jobId }) => openJob(jobId) }),
  );
  return { retry: (jobId: string) => mutate({ jobId }), error, isPending };
}
