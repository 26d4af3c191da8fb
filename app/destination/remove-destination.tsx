"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import type { Destination } from "@/app/trpc/types";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

/** Says what uses it before anything is removed. */
export function RemoveDestination({ destination, onClose }: { destination: Destination; onClose: () => void }) {
  const trpc = useTRPC();
  const { id: destinationId, name } = destination;
  const { data: use, error, refetch, isFetching } = useQuery(trpc.destination.usedBy.queryOptions({ destinationId }));
  const isBlocked = Boolean(error) || (use && (use.onlyCopies > 0 || use.schedules.length > 0));
  const remove = useMutation(
    trpc.destination.remove.mutationOptions(closeWith(onClose, () => `The destination ${name} is removed.`)),
  );
  return (
    <ConfirmDialog
      title="Remove this destination?"
      keep="Keep destination"
      action={isBlocked ? undefined : "Remove destination"}
      change={{ isPending: remove.isPending || !use, error: remove.error }}
      failed="The destination could not be removed"
      onConfirm={() => remove.mutate({ destinationId, forgetCopies: true })}
      onClose={onClose}
    >
      {error && !use && (
        <ErrorState title="What uses it could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      <p className="break-words">
        Nothing is copied to <strong className="font-medium">{name}</strong> any more, and its settings are forgotten.
      </p>
      {use && use.copies > 0 && (
        <p>
          {plural(use.copies, "copy", "copies")} of backups {use.copies === 1 ? "is" : "are"} there. Coffer forgets
          them; the files stay where they are.
        </p>
      )}
      {use && use.onlyCopies > 0 && (
        <Notice tone="warn">
          {plural(use.onlyCopies, "backup is", "backups are")} nowhere else. Bring them back or copy them elsewhere
          first.
        </Notice>
      )}
      {use && use.schedules.length > 0 && (
        <Notice tone="warn">These schedules copy to it: {use.schedules.join(", ")}. Change them first.</Notice>
      )}
    </ConfirmDialog>
  );
}
