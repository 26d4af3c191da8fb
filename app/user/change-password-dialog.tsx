"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";

const shortest = 10;

export function ChangePasswordDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC();
  const [mismatch, setMismatch] = useState(false);
  const change = useMutation(
    trpc.user.changePassword.mutationOptions({
      meta: { showsError: true, changesNothing: true },
      // Every session of this user has ended with it, this one too.
      onSuccess: () => window.location.assign("/login?changed"),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [current, next, repeated] = ["current", "next", "repeated"].map((name) => String(data.get(name)));
    setMismatch(next !== repeated);
    if (next === repeated) change.mutate({ current: current ?? "", next: next ?? "" });
  }

  return (
    <Dialog title="Change password" width="sm" onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {change.error && (
            <Notice tone="bad" role="alert">
              {describeError(change.error).message}
            </Notice>
          )}
          <TextField
            label="Current password"
            name="current"
            type="password"
            autoComplete="current-password"
            required
            data-autofocus
          />
          <TextField
            label="New password"
            name="next"
            type="password"
            autoComplete="new-password"
            required
            minLength={shortest}
            hint={`At least ${shortest} characters.`}
          />
          <TextField
            label="New password again"
            name="repeated"
            type="password"
            autoComplete="new-password"
            required
            error={mismatch ? "The two new passwords differ." : null}
          />
          <p className="text-muted text-sm">You will be signed out everywhere and sign in with the new password.</p>
        </DialogBody>
        <FormActions submit="Change password" pending={change.isPending || change.isSuccess} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
