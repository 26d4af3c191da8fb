"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { MadeTokenView } from "@/app/token/made-token";
import { defaultScopes, scopes } from "@/app/token/scope-words";
import { defaultExpiry, expiries, readTokenForm } from "@/app/token/token-form";
import { useTRPC } from "@/app/trpc/client";
import type { MadeToken } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField, SelectField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { TickList } from "@/app/ui/tick-list";

export function MakeTokenDialog({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<MadeToken | null>(null);
  return (
    <Dialog title={made ? "Your new API token" : "Make an API token"} onClose={onClose}>
      {made ? <MadeTokenView made={made} onClose={onClose} /> : <TokenForm onMade={setMade} onCancel={onClose} />}
    </Dialog>
  );
}

function TokenForm({ onMade, onCancel }: { onMade: (made: MadeToken) => void; onCancel: () => void }) {
  const trpc = useTRPC();
  const [lacksScope, setLacksScope] = useState(false);
  const create = useMutation(trpc.token.create.mutationOptions({ meta: { showsError: true }, onSuccess: onMade }));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const token = readTokenForm(new FormData(event.currentTarget));
    setLacksScope(token.scopes.length === 0);
    if (!create.isPending && token.scopes.length > 0) create.mutate(token);
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {create.error && <ErrorState title="The token could not be made" error={create.error} />}
        <NameField hint="What it is for, for example nightly CI." />
        <TickList
          name="scopes"
          label="Scopes"
          ticks={scopes}
          ticked={defaultScopes}
          error={lacksScope ? "Tick at least one." : null}
          hint="A token can never do more than you can."
        />
        <SelectField label="Expires" name="expiry" defaultValue={defaultExpiry}>
          {expiries.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      </DialogBody>
      <FormActions submit="Make token" pending={create.isPending} onCancel={onCancel} />
    </form>
  );
}
