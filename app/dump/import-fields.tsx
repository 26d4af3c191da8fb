"use client";

import { useQuery } from "@tanstack/react-query";
import { proposeFrom } from "@/app/dump/import-form";
import { useTRPC } from "@/app/trpc/client";
import { SelectField, TextField } from "@/app/ui/field";
import { SwitchField } from "@/app/ui/switch-field";

/** What the project is to be called and where it goes; proposed from the name of the file. */
export function ImportFields({ filename }: { filename: string }) {
  const trpc = useTRPC();
  const { data: databases = [] } = useQuery(trpc.database.list.queryOptions());
  const usual = proposeFrom(filename);
  const plain = { required: true, autoCapitalize: "none", spellCheck: false } as const;
  return (
    <>
      <TextField label="Name" name="name" required maxLength={100} defaultValue={usual.name} />
      <TextField
        {...plain}
        label="Slug"
        name="slug"
        maxLength={100}
        pattern="[a-zA-Z0-9_\-]+"
        defaultValue={usual.slug}
        hint="Letters, digits, _ and -"
      />
      <TextField
        {...plain}
        label="Schema"
        name="schemaName"
        maxLength={63}
        defaultValue={usual.schemaName}
        hint="It must not exist yet. The dump's own schema may have any name."
      />
      <SelectField label="Database" name="databaseId" required>
        {databases.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SwitchField
        name="allowFunctions"
        label="Allow functions and triggers"
        about="Their code runs once somebody uses the project. Allow them only if you trust whoever made the dump."
      />
    </>
  );
}
