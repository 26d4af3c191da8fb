"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { SecretKeyField, secretKeyIn } from "@/app/encryption/secret-key-field";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { BackupDetails } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";
import { showMessage } from "@/app/ui/toaster";

type Props = { backup: Pick<BackupDetails, "id" | "filename" | "opensItself">; onClose: () => void };

/** Downloads an encrypted backup as a plain file. The key is tried first, since a refused download would leave the page. */
export function DecryptDialog({ backup, onClose }: Props) {
  const trpc = useTRPC();
  const form = useRef<HTMLFormElement>(null);
  const tryKey = useMutation(
    trpc.backup.tryKey.mutationOptions({
      meta: { changesNothing: true, showsError: true },
      // A key that was typed does not stay in memory.
      gcTime: 0,
      onSuccess: ({ filename }) => {
        // The browser posts the form itself and takes the answer as a download: the key is in no address.
        form.current?.submit();
        showMessage(`Downloading ${filename}.`);
        onClose();
      },
    }),
  );
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (tryKey.isPending) return;
    tryKey.mutate({ backupId: backup.id, identity: secretKeyIn(new FormData(event.currentTarget)) });
  }
  const isOpened = backup.opensItself;
  return (
    <Dialog title="Download decrypted" onClose={onClose}>
      <form
        ref={form}
        method="post"
        action={`/api/v1/backups/${backup.id}/decrypted`}
        onSubmit={submit}
        className="contents"
      >
        <DialogBody>
          {tryKey.error && <ErrorState title="The backup could not be opened" error={tryKey.error} />}
          <p className="break-all font-mono text-sm">{backup.filename}</p>
          <Notice tone="warn">
            The file that you get is not encrypted: everybody who has it can read it. That you took it is in the audit
            log.
          </Notice>
          {isOpened ? (
            <p>Coffer opens it with the secret key that it keeps.</p>
          ) : (
            <SecretKeyField error={fieldError(tryKey.error, "identity")} />
          )}
        </DialogBody>
        <FormActions submit="Download decrypted" pending={tryKey.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
