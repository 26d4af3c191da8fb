"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { DestinationFields } from "@/app/destination/destination-fields";
import { readDestinationForm } from "@/app/destination/destination-values";
import { kindWords } from "@/app/destination/destination-words";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import { alone } from "@/app/trpc/links";
import type { Destination } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField } from "@/app/ui/field";
import { formatBytes } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { SwitchField } from "@/app/ui/switch-field";
import { showMessage } from "@/app/ui/toaster";

const kinds = ["local", "s3", "telegram"] as const;

type Props = {
  /** One that is there and is changed; without it a new one. */
  destination?: Destination;
  onClose: () => void;
};

/** A destination is kept only once it has worked. */
export function DestinationDialog({ destination, onClose }: Props) {
  const trpc = useTRPC();
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState(destination?.kind ?? "local");
  const test = useMutation(
    trpc.destination.test.mutationOptions({ trpc: alone, meta: { showsError: true, changesNothing: true } }),
  );
  const kept = { trpc: alone, meta: { showsError: true }, onSuccess };
  const add = useMutation(trpc.destination.add.mutationOptions(kept));
  const change = useMutation(trpc.destination.change.mutationOptions(kept));
  const saving = destination ? change : add;
  const error = test.error ?? saving.error;

  function onSuccess({ name }: { name: string }) {
    onClose();
    showMessage(destination ? `The destination ${name} is changed.` : `The destination ${name} works and is kept.`);
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saving.isPending) return;
    test.reset();
    const data = new FormData(event.currentTarget);
    const name = String(data.get("name") ?? "").trim();
    const isDefault = data.get("isDefault") === "on";
    const { kind: _, ...fields } = readDestinationForm(data, kind);
    if (destination) change.mutate({ destinationId: destination.id, name, isDefault, ...fields });
    else add.mutate({ name, kind, isDefault, ...fields });
  }

  function runTest() {
    saving.reset();
    if (!form.current?.reportValidity()) return;
    test.mutate({ destinationId: destination?.id, ...readDestinationForm(new FormData(form.current), kind) });
  }

  return (
    <Dialog title={destination ? `Edit ${destination.name}` : "Add a destination"} onClose={onClose}>
      <form ref={form} onSubmit={submit} className="contents">
        <DialogBody>
          {test.error && <ErrorState title="The destination does not work" error={test.error} />}
          {saving.error && <ErrorState title="The destination could not be kept" error={saving.error} />}
          {test.data && (
            <Notice role="status" title="The destination works">
              A file could be written, read and deleted.
              {test.data.freeBytes !== null && ` ${formatBytes(test.data.freeBytes)} are free.`}
            </Notice>
          )}
          {!destination && (
            <ChoiceCards
              name="kind"
              label="Kind"
              choices={kinds.map((value) => ({ value, ...kindWords[value] }))}
              onChoose={(value) => {
                setKind(kinds.find((one) => one === value) ?? "local");
                test.reset();
                saving.reset();
              }}
            />
          )}
          <NameField
            maxLength={63}
            defaultValue={destination?.name}
            hint="What you call it here, for example vault or office NAS."
            error={fieldError(error, "name")}
          />
          <DestinationFields kind={kind} destination={destination} errorOf={(name) => fieldError(error, name)} />
          <SwitchField
            name="isDefault"
            label="Copy every new backup here"
            about="Unless an export or a schedule says otherwise."
            defaultChecked={destination?.isDefault ?? true}
          />
        </DialogBody>
        <DialogActions>
          <div className="mr-auto">
            <Button onClick={runTest} pending={test.isPending}>
              Test
            </Button>
          </div>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={saving.isPending}>
            {destination ? "Save destination" : "Add destination"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
