"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { OneTimeLink } from "@/app/trpc/types";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { LinkOnce } from "@/app/user/link-once";
import { roles } from "@/app/user/user-words";

type Invited = { name: string; isMember: boolean; link: OneTimeLink };

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const [invited, setInvited] = useState<Invited | null>(null);
  return (
    <Dialog title={invited ? `Invitation for ${invited.name}` : "Invite a user"} onClose={onClose}>
      {invited ? (
        <LinkOnce link={invited.link} name={invited.name} onClose={onClose}>
          {invited.isMember && (
            <p className="text-muted">They see no project until somebody adds them, under Members of a project.</p>
          )}
        </LinkOnce>
      ) : (
        <InviteForm onInvited={setInvited} onCancel={onClose} />
      )}
    </Dialog>
  );
}

function InviteForm({ onInvited, onCancel }: { onInvited: (invited: Invited) => void; onCancel: () => void }) {
  const trpc = useTRPC();
  const invite = useMutation(
    trpc.user.invite.mutationOptions({
      meta: { showsError: true },
      onSuccess: (link, { name, role }) => onInvited({ name, isMember: role !== "admin", link }),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [email = "", name = ""] = ["email", "name"].map((field) => String(data.get(field)).trim());
    const role = roles.find(({ value }) => value === data.get("role"))?.value;
    if (!invite.isPending) invite.mutate({ email, name, role });
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {invite.error && <ErrorState title="The invitation could not be made" error={invite.error} />}
        <TextField label="Email" name="email" type="email" required maxLength={254} autoComplete="off" data-autofocus />
        <TextField label="Name" name="name" required maxLength={100} autoComplete="off" />
        <ChoiceCards
          name="role"
          label="Role"
          choices={roles.map(({ value, label, about }) => ({ value, name: label, about }))}
        />
      </DialogBody>
      <FormActions submit="Invite user" pending={invite.isPending} onCancel={onCancel} />
    </form>
  );
}
