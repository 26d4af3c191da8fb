"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { Database, DatabaseSettings } from "@/app/trpc/types";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { closeWith } from "@/app/ui/close-with";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { TextField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { TickList } from "@/app/ui/tick-list";

const choices = [
  { value: "propose", name: "Propose them", about: "They are listed here until somebody adds or ignores them." },
  { value: "automatic", name: "Add them", about: "They become projects within a few minutes." },
  { value: "off", name: "Nothing", about: "Nobody looks for new schemas." },
] satisfies { value: NonNullable<DatabaseSettings["discovery"]>; name: string; about: string }[];

export function SettingsDialog({ database, onClose }: { database: Database; onClose: () => void }) {
  const trpc = useTRPC();
  const configure = useMutation(
    trpc.database.configure.mutationOptions(closeWith(onClose, () => `The settings of ${database.name} are saved.`)),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const kept = database.ignoredSchemas.filter((name) => data.getAll("ignored").includes(name));
    if (configure.isPending) return;
    configure.mutate({
      databaseId: database.id,
      maxDumps: Number(text("maxDumps")),
      discovery: choices.find(({ value }) => value === text("discovery"))?.value,
      discoveryPattern: text("discoveryPattern"),
      ...(kept.length < database.ignoredSchemas.length && { ignoredSchemas: kept }),
    });
  }

  return (
    <Dialog title={`Settings of ${database.name}`} onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {configure.error && <ErrorState title="The settings could not be saved" error={configure.error} />}
          <TextField
            label="Exports at a time"
            name="maxDumps"
            type="number"
            required
            min={1}
            max={100}
            step={1}
            inputMode="numeric"
            defaultValue={database.maxDumps}
            error={fieldError(configure.error, "maxDumps")}
            hint="On all hosts together. The others wait in line, those that people have started first."
            data-autofocus
          />
          <ChoiceCards name="discovery" label="New schemas" choices={choices} chosen={database.discovery} />
          <TextField
            label="Pattern of schemas"
            name="discoveryPattern"
            required
            maxLength={63}
            spellCheck={false}
            defaultValue={database.discoveryPattern}
            error={fieldError(configure.error, "discoveryPattern")}
            hint="* stands for anything."
            className="font-mono"
          />
          {database.ignoredSchemas.length > 0 && <IgnoredField names={database.ignoredSchemas} />}
        </DialogBody>
        <FormActions submit="Save settings" pending={configure.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

/** Those that nobody is to be asked about. */
function IgnoredField({ names }: { names: string[] }) {
  return (
    <TickList
      name="ignored"
      label="Ignored schemas"
      ticks={names.map((name) => ({ value: name, name }))}
      ticked={names}
      hint="One without its tick counts as new again."
    />
  );
}
