"use client";

import { useRef } from "react";
import { openJob } from "@/app/job/job-address";
import { randomKey } from "@/app/ui/random-key";

/** For a dialog that starts a job: it makes one job, however often it is sent; another wish is another job. */
export function useJobStart(onClose: () => void) {
  const key = useRef(randomKey());
  return {
    idempotencyKey: () => key.current,
    /** Something else is wished for. */
    renew: () => {
      key.current = randomKey();
    },
    /** Instead of the dialog, the job's is open. */
    started: ({ jobId }: { jobId: string }) => {
      onClose();
      openJob(jobId);
    },
  };
}
