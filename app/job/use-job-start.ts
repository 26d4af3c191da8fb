"use client";

import { useRef } from "react";
import { openJob } from "@/app/job/job-address";
import { randomKey } from "@/app/ui/random-key";

/** For a dialog that starts a job, or shows why not. It makes one job, however often it is sent; another wish is another job. */
export function useJobStart(onClose: () => void) {
  const key = useRef(randomKey());
  return {
    idempotencyKey: () => key.current,
    /** Something else is wished for. */
    renew: () => {
      key.current = randomKey();
    },
    /** For the mutation that starts it. Instead of the dialog, the job's is open then. */
    starting: {
      meta: { showsError: true },
      // A key that was typed does not stay in memory.
      gcTime: 0,
      onSuccess: ({ jobId }: { jobId: string }) => {
        onClose();
        openJob(jobId);
      },
    },
  };
}
