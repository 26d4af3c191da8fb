"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { cloneOf, readCloneForm } from "@/app/clone/clone-form";
import { SecretKeyField, secretKeyIn } from "@/app/encryption/secret-key-field";
import { useJobStart } from "@/app/job/use-job-start";
import { NewProjectFields } from "@/app/project/new-project-fields";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { BackupDetails } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";
import { SwitchField } from "@/app/ui/switch-field";

type Props = {
  backup: Pick<BackupDetails, "id" | "filename" | "projectSlug" | "projectName" | "manifest" | "opensItself">;
  onClose: () => void;
};

/** Where the copy goes and what it is called. */
export function CloneDialog({ backup, onClose }: Props) {
  const trpc = useTRPC();
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.clone.start.mutationOptions(starting));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess) return;
    const fields = new FormData(event.currentTarget);
    const wanted = { ...readCloneForm(fields), identity: secretKeyIn(fields) };
    start.mutate({ ...wanted, backupId: backup.id, idempotencyKey: idempotencyKey() });
  }

  return (
    <Dialog title="Clone to a new project" onClose={onClose}>
      <form onSubmit={submit} onChange={renew} className="contents">
        <DialogBody>
          {start.error && <ErrorState title="The clone could not be started" error={start.error} />}
          <p className="break-all font-mono text-sm">{backup.filename}</p>
          <NewProjectFields
            proposed={cloneOf(backup)}
            schemaHint="It must not exist yet."
            usualDatabase={`Where ${backup.projectName} is`}
          />
          <SwitchField
            name="structureOnly"
            label="Structure only"
            about="Tables, views, functions and all the rest, without any rows."
          />
          {!backup.opensItself && <SecretKeyField error={fieldError(start.error, "identity")} />}
        </DialogBody>
        <FormActions submit="Clone backup" pending={start.isPending || start.isSuccess} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
