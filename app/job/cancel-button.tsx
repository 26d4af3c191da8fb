"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { kindWord } from "@/app/job/job-words";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { Job } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { Notice } from "@/app/ui/notice";
import { useCurrentUser } from "@/app/user/current-user";

/** Asks once, then waits for the worker to confirm. */
export function CancelButton({ job, onTooLate }: { job: Job; onTooLate: () => void }) {
  const trpc = useTRPC();
  const me = useCurrentUser();
  const [asks, setAsks] = useState(false);
  const cancel = useMutation(
    trpc.job.cancel.mutationOptions({
      meta: { showsError: true },
      onError: (error) => describeError(error).code === "INVALID_JOB_STATUS" && onTooLate(),
      onSettled: () => setAsks(false),
    }),
  );
  if (job.userId !== me.id && me.role !== "admin") return null;
  const word = kindWord(job.kind).toLowerCase();
  const isCancelling = job.status === "cancelling" || cancel.isPending;
  return (
    <>
      {cancel.error && <p className="mr-auto text-bad text-sm">{describeError(cancel.error).message}</p>}
      <Button pending={isCancelling} onClick={() => setAsks(true)}>
        {isCancelling ? "Cancelling…" : `Cancel ${word}`}
      </Button>
      {asks && (
        <Dialog title={`Cancel this ${word}?`} width="sm" role="alertdialog" onClose={() => setAsks(false)}>
          <DialogBody>
            <p>It ends at once, and what has been written so far is removed.</p>
            {job.attempts === 0 && <Notice>It has not started yet.</Notice>}
          </DialogBody>
          <DialogActions>
            <Button data-autofocus onClick={() => setAsks(false)}>
              Keep running
            </Button>
            <Button variant="danger" pending={cancel.isPending} onClick={() => cancel.mutate({ jobId: job.id })}>
              Cancel {word}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
