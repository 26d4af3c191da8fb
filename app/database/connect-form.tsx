"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { readConnectForm, sslModes } from "@/app/database/connect-values";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField, SelectField, TextField } from "@/app/ui/field";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

type Props = { onCancel: () => void; onConnected: (databaseId: string) => void };

/** A connection is kept only once it has worked. */
export function ConnectForm({ onCancel, onConnected }: Props) {
  const trpc = useTRPC();
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(
    trpc.database.test.mutationOptions({ trpc: alone, meta: { showsError: true, changesNothing: true } }),
  );
  const add = useMutation(
    trpc.database.add.mutationOptions({
      trpc: alone,
      meta: { showsError: true },
      onSuccess: ({ id }) => onConnected(id),
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    test.reset();
    if (!add.isPending) add.mutate(readConnectForm(new FormData(event.currentTarget)));
  }

  function runTest() {
    add.reset();
    if (form.current?.reportValidity()) test.mutate(readConnectForm(new FormData(form.current)).connection);
  }

  return (
    <form ref={form} onSubmit={submit} className="contents">
      <DialogBody>
        {test.error && <ErrorState title="The connection does not work" error={test.error} />}
        {add.error && <ErrorState title="The database could not be connected" error={add.error} />}
        {test.data && (
          <Notice role="status" title="The connection works">
            PostgreSQL {test.data.version} with {plural(test.data.schemas, "schema")}.
          </Notice>
        )}
        <NameField maxLength={63} hint="What you call it here, for example main or eu-1." />
        <div className="grid gap-4 md:grid-cols-[1fr_7rem]">
          <TextField label="Host" name="host" required defaultValue="127.0.0.1" />
          <TextField label="Port" name="port" type="number" required min={1} max={65535} defaultValue={5432} />
        </div>
        <TextField label="Database" name="database" required />
        <div className="grid gap-4 md:grid-cols-2">
          <TextField label="User" name="user" required autoComplete="off" hint="Needs to read every tenant's schema." />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            hint="Kept encrypted, and never shown again."
          />
        </div>
        <SelectField label="Encryption of the connection" name="ssl" defaultValue="prefer">
          {sslModes.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      </DialogBody>
      <DialogActions>
        <div className="mr-auto">
          <Button onClick={runTest} pending={test.isPending}>
            Test connection
          </Button>
        </div>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={add.isPending}>
          Connect database
        </Button>
      </DialogActions>
    </form>
  );
}
