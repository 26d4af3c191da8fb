"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useJobStart } from "@/app/job/use-job-start";
import { useTRPC } from "@/app/trpc/client";
import type { BackupDetails, DestinationChoice } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SelectField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { SwitchField } from "@/app/ui/switch-field";

type Props = { backup: BackupDetails; choices: DestinationChoice[]; onClose: () => void };

/** Copies a backup to a destination that has none of it yet. */
export function CopyDialog({ backup, choices, onClose }: Props) {
  const trpc = useTRPC();
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.copy.start.mutationOptions(starting));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess) return;
    const data = new FormData(event.currentTarget);
    start.mutate({
      backupId: backup.id,
      destinationId: String(data.get("destinationId")),
      move: data.get("move") === "on",
      idempotencyKey: idempotencyKey(),
    });
  }

  return (
    <Dialog title="Copy this backup" width="sm" onClose={onClose}>
      <form onSubmit={submit} onChange={renew} className="contents">
        <DialogBody>
          {start.error && <ErrorState title="The copy could not be started" error={start.error} />}
          <SelectField label="Destination" name="destinationId" data-autofocus>
            {choices.map(({ id, name, isHealthy }) => (
              <option key={id} value={id}>
                {isHealthy ? name : `${name} (does not work now)`}
              </option>
            ))}
          </SelectField>
          {!backup.movedAt && (
            <SwitchField
              name="move"
              label="Move it there"
              about="The file in the backup folder goes once the copy is stored."
            />
          )}
        </DialogBody>
        <FormActions submit="Copy backup" pending={start.isPending || start.isSuccess} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
