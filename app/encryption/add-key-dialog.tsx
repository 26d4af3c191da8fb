"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import { closeWith } from "@/app/ui/close-with";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField, TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";

/** For an operator whose secret key never comes near Coffer. */
export function AddKeyDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const add = useMutation(
    trpc.encryption.add.mutationOptions(closeWith(onClose, ({ name }) => `The key ${name} is in use.`)),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = (name: string) => String(new FormData(event.currentTarget).get(name) ?? "").trim();
    if (!add.isPending) add.mutate({ name: text("name"), recipient: text("recipient") });
  }

  return (
    <Dialog title="Add a public key" onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {add.error && <ErrorState title="The key could not be added" error={add.error} />}
          <NameField />
          <TextField
            label="Public key"
            name="recipient"
            required
            maxLength={200}
            placeholder="age1…"
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-xs"
            error={fieldError(add.error, "recipient")}
            hint="As age-keygen prints it. Keep its secret key: without it no backup that is made for it can be opened."
          />
        </DialogBody>
        <FormActions submit="Add public key" pending={add.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
