"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import type { BackupCopy, BackupDetails } from "@/app/trpc/types";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";

type Props = { backup: BackupDetails; copy: BackupCopy; onClose: () => void };

export function RemoveCopy({ backup, copy: { destinationId, destinationName }, onClose }: Props) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.copy.remove.mutationOptions(closeWith(onClose, () => `The copy at ${destinationName} is removed.`)),
  );
  return (
    <ConfirmDialog
      title="Remove this copy?"
      keep="Keep copy"
      action="Remove copy"
      change={remove}
      failed="The copy could not be removed"
      onConfirm={() => remove.mutate({ backupId: backup.id, destinationId })}
      onClose={onClose}
    >
      <p className="break-words">
        The file at <strong className="font-medium">{destinationName}</strong> is deleted. The backup itself stays.
      </p>
    </ConfirmDialog>
  );
}
