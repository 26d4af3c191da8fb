"use client";

import { useState } from "react";
import { formatCount } from "@/app/ui/format";
import { SearchField } from "@/app/ui/search-field";

type Props = {
  tables: { name: string; rows: number | null }[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
};

/** A browser does not like more rows at once; a search finds the others. */
const most = 200;

/** Any tables whose rows the backup holds. */
export function TableChoice({ tables, chosen, onChange }: Props) {
  const [search, setSearch] = useState("");
  const held = tables.filter(({ rows }) => rows !== null);
  const found = held.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  const toggle = (name: string, isOn: boolean) =>
    onChange(isOn ? [...chosen, name] : chosen.filter((other) => other !== name));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium text-sm">Tables ({formatCount(chosen.length)} chosen)</legend>
      {held.length > 10 && <SearchField label="Find a table" value={search} onChange={setSearch} />}
      <div className="max-h-48 overflow-y-auto rounded border border-line-strong">
        {found.slice(0, most).map(({ name, rows }) => (
          <label
            key={name}
            className="flex cursor-pointer items-center gap-2.5 border-line border-b px-2.5 py-1 last:border-b-0 hover:bg-hover"
          >
            <input
              type="checkbox"
              className="size-4 shrink-0"
              checked={chosen.includes(name)}
              onChange={(event) => toggle(name, event.target.checked)}
            />
            <span className="min-w-0 flex-1 truncate font-mono text-xs" title={name}>
              {name}
            </span>
            <span className="text-muted text-xs tabular-nums">{formatCount(rows ?? 0)} rows</span>
          </label>
        ))}
        {found.length === 0 && <p className="px-2.5 py-1 text-muted text-sm">No table has that in its name.</p>}
      </div>
    </fieldset>
  );
}
