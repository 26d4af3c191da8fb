"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { custodies } from "@/app/encryption/key-words";
import { MadeKeyView } from "@/app/encryption/made-key";
import { useTRPC } from "@/app/trpc/client";
import type { MadeKey } from "@/app/trpc/types";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { TickList } from "@/app/ui/tick-list";
import { showMessage } from "@/app/ui/toaster";

export function MakeKeyDialog({ onClose }: { onClose: () => void }) {
  const [shown, setShown] = useState<(MadeKey & { identity: string }) | null>(null);

  function made({ identity, ...key }: MadeKey) {
    if (identity) return setShown({ ...key, identity });
    onClose();
    showMessage(`The key ${key.name} is in use, and Coffer keeps its secret half.`);
  }

  return (
    <Dialog title={shown ? "Your new secret key" : "Make a key pair"} onClose={onClose}>
      {shown ? <MadeKeyView made={shown} onClose={onClose} /> : <KeyForm onMade={made} onCancel={onClose} />}
    </Dialog>
  );
}

function KeyForm({ onMade, onCancel }: { onMade: (made: MadeKey) => void; onCancel: () => void }) {
  const trpc = useTRPC();
  const [isForNobody, setForNobody] = useState(false);
  const generate = useMutation(
    trpc.encryption.generate.mutationOptions({ meta: { showsError: true }, onSuccess: onMade }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const ticked = data.getAll("custody");
    setForNobody(ticked.length === 0);
    if (generate.isPending || ticked.length === 0) return;
    const name = String(data.get("name") ?? "").trim();
    generate.mutate({ name, show: ticked.includes("show"), keep: ticked.includes("keep") });
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {generate.error && <ErrorState title="The key could not be made" error={generate.error} />}
        <NameField hint="Whose it is, or where its secret half will be, for example safe in Leipzig." />
        <TickList
          name="custody"
          label="Secret key"
          ticks={custodies}
          ticked={["show"]}
          error={isForNobody ? "Tick at least one: somebody has to have it." : null}
          hint="Without it no backup that is made for this key can be opened."
        />
      </DialogBody>
      <FormActions submit="Make key pair" pending={generate.isPending} onCancel={onCancel} />
    </form>
  );
}
