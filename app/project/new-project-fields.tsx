"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import { NameField, SelectField, TextField } from "@/app/ui/field";

type Props = {
  proposed: { name: string; slug: string; schemaName: string };
  schemaHint: string;
  /** Where it goes if no database is chosen; without it one has to be. */
  usualDatabase?: string;
};

/** What a project that a job makes is to be called, and where it goes. */
export function NewProjectFields({ proposed, schemaHint, usualDatabase }: Props) {
  const trpc = useTRPC();
  const { data: databases = [], error } = useQuery(trpc.database.list.queryOptions());
  const plain = { required: true, autoCapitalize: "none", spellCheck: false } as const;
  return (
    <>
      <NameField defaultValue={proposed.name} />
      <TextField
        {...plain}
        label="Slug"
        name="slug"
        maxLength={100}
        pattern="[a-zA-Z0-9_\-]+"
        defaultValue={proposed.slug}
        hint="Letters, digits, _ and -"
      />
      <TextField
        {...plain}
        label="Schema"
        name="schemaName"
        maxLength={63}
        defaultValue={proposed.schemaName}
        hint={schemaHint}
      />
      <SelectField
        label="Database"
        name="databaseId"
        required={usualDatabase === undefined}
        error={error && describeError(error).message}
      >
        {usualDatabase !== undefined && <option value="">{usualDatabase}</option>}
        {databases.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </>
  );
}
