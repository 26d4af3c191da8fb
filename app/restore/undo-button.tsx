"use client";

import { useMutation } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useJobStart } from "@/app/job/use-job-start";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";

/** One click, and one more to be sure: what was written since the restore goes. */
export function UndoButton({ jobId, size }: { jobId: string; size?: "sm" }) {
  const trpc = useTRPC();
  const [asks, setAsks] = useState(false);
  const { idempotencyKey, starting } = useJobStart(() => setAsks(false));
  const undo = useMutation(trpc.restore.undo.mutationOptions(starting));
  return (
    <>
      <Button size={size} icon={<Undo2 aria-hidden className="size-4" />} onClick={() => setAsks(true)}>
        Undo
      </Button>
      {asks && (
        <ConfirmDialog
          title="Undo this restore?"
          keep="Keep the restored data"
          action="Undo restore"
          failed="The restore could not be undone"
          change={undo}
          onConfirm={() => undo.mutate({ jobId, idempotencyKey: idempotencyKey() })}
          onClose={() => setAsks(false)}
        >
          <p>
            The data from before the restore come back. What was written since then is kept aside for as long again, and
            then dropped.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
