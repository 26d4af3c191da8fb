"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { readDescribeForm } from "@/app/backup/describe-form";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";

type Props = {
  backup: { id: string; filename: string; description: string | null; tags: string[] };
  onClose: () => void;
};

/** What a backup is for, in words. */
export function DescribeDialog({ backup, onClose }: Props) {
  const trpc = useTRPC();
  // As the form began: what comes in later from elsewhere is nothing that was changed here.
  const [before] = useState(backup);
  const change = useMutation(
    trpc.backup.change.mutationOptions({ meta: { showsError: true }, onSuccess: () => onClose() }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (change.isPending) return;
    const changes = readDescribeForm(new FormData(event.currentTarget), before);
    if (changes) change.mutate({ backupId: backup.id, ...changes });
    else onClose();
  }

  return (
    <Dialog title="Description and tags" onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {change.error && <ErrorState title="The backup could not be changed" error={change.error} />}
          <p className="break-all font-mono text-muted text-xs">{backup.filename}</p>
          <TextField
            label="Description"
            name="description"
            maxLength={500}
            defaultValue={backup.description ?? ""}
            placeholder="Why this backup was made"
            error={fieldError(change.error, "description")}
            data-autofocus
          />
          <TextField
            label="Tags"
            name="tags"
            defaultValue={backup.tags.join(", ")}
            placeholder="before-release, handover"
            hint="Separated by commas."
            error={fieldError(change.error, "tags")}
          />
        </DialogBody>
        <FormActions submit="Save changes" pending={change.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
