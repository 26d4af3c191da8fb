"use client";

import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useRef } from "react";
import { readConnectForm, sslModes } from "@/app/database/connect-values";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { Database } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField, SelectField, TextField } from "@/app/ui/field";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";

type Props = {
  /** The one to change; without it a new one is connected. */
  database?: Database;
  onCancel: () => void;
  onConnected: (databaseId: string) => void;
};

/** A connection is kept only once it has worked. */
export function ConnectForm({ database: known, onCancel, onConnected }: Props) {
  const trpc = useTRPC();
  const at = known?.connection;
  const form = useRef<HTMLFormElement>(null);
  const test = useMutation(
    trpc.database.test.mutationOptions({ trpc: alone, meta: { showsError: true, changesNothing: true } }),
  );
  const common = { trpc: alone, meta: { showsError: true } };
  const add = useMutation(trpc.database.add.mutationOptions({ ...common, onSuccess: ({ id }) => onConnected(id) }));
  const change = useMutation(
    trpc.database.change.mutationOptions({ ...common, onSuccess: ({ databaseId }) => onConnected(databaseId) }),
  );
  const keeping = known ? change : add;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    test.reset();
    if (keeping.isPending) return;
    const wanted = readConnectForm(new FormData(event.currentTarget));
    if (known) change.mutate({ ...wanted, databaseId: known.id });
    else add.mutate(wanted);
  }

  function runTest() {
    keeping.reset();
    if (form.current?.reportValidity())
      test.mutate({ ...readConnectForm(new FormData(form.current)).connection, databaseId: known?.id });
  }

  return (
    <form ref={form} onSubmit={submit} className="contents">
      <DialogBody>
        {test.error && <ErrorState title="The connection does not work" error={test.error} />}
        {keeping.error && (
          <ErrorState
            title={known ? "The connection could not be changed" : "The database could not be connected"}
            error={keeping.error}
          />
        )}
        {test.data && (
          <Notice role="status" title="The connection works">
            PostgreSQL {test.data.version} with {plural(test.data.schemas, "schema")}.
          </Notice>
        )}
        <NameField maxLength={63} defaultValue={known?.name} hint="What you call it here, for example main or eu-1." />
        <div className="grid gap-4 md:grid-cols-[1fr_7rem]">
          <TextField label="Host" name="host" required defaultValue={at?.host ?? "127.0.0.1"} />
          <TextField
            label="Port"
            name="port"
            type="number"
            required
            min={1}
            max={65535}
            defaultValue={at?.port ?? 5432}
          />
        </div>
        <TextField label="Database" name="database" required defaultValue={at?.database} />
        <div className="grid gap-4 md:grid-cols-2">
          <TextField
            label="User"
            name="user"
            required
            defaultValue={at?.user}
            autoComplete="off"
            hint="Needs to read every tenant's schema."
          />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            hint={
              known
                ? "Left empty, it stays as it is. For another server or user it is needed again."
                : "Kept encrypted, and never shown again."
            }
          />
        </div>
        <SelectField label="Encryption of the connection" name="ssl" defaultValue={at?.ssl ?? "prefer"}>
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
        <Button type="submit" variant="primary" pending={keeping.isPending}>
          {known ? "Save connection" : "Connect database"}
        </Button>
      </DialogActions>
    </form>
  );
}
