"use client";

import { Plus, X } from "lucide-react";
import { useState } from "react";
import { flushSync } from "react-dom";
import { operatorOf, operators } from "@/app/data/export-filters";
import type { DataTable } from "@/app/trpc/types";
import { Button, IconButton } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { inputClass, TextField } from "@/app/ui/field";

type Props = {
  table: DataTable;
  /** Hears that there are more or fewer, once they are in the form. */
  onLines: () => void;
};

/** Which rows of the one table: all filters have to hold. */
export function FilterLines({ table, onLines }: Props) {
  const [lines, setLines] = useState<number[]>([]);
  function change(next: number[]) {
    flushSync(() => setLines(next));
    onLines();
  }
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-sm">
        Only rows of <span className="font-mono text-xs">{table.name}</span> where
      </legend>
      {lines.length === 0 && <p className="text-muted text-sm">No filter: all of its rows.</p>}
      {lines.map((line, at) => (
        <FilterLine
          key={line}
          number={at + 1}
          table={table}
          onRemove={() => change(lines.filter((one) => one !== line))}
        />
      ))}
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Button
          size="sm"
          icon={<Plus aria-hidden className="size-3.5" />}
          onClick={() => change([...lines, (lines.at(-1) ?? 0) + 1])}
        >
          Add filter
        </Button>
        <div className="w-44">
          <TextField
            label="At most so many rows"
            name="limit"
            type="number"
            inputMode="numeric"
            min={0}
            max={1_000_000_000}
            placeholder="all"
          />
        </div>
      </div>
    </fieldset>
  );
}

type LineProps = { number: number; table: DataTable; onRemove: () => void };

function FilterLine({ number, table, onRemove }: LineProps) {
  const [operator, setOperator] = useState("eq");
  const { takes } = operatorOf(operator);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_auto] gap-2 max-md:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]">
      <select name="filterColumn" aria-label={`Column of filter ${number}`} className={inputClass}>
        {table.columns.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        name="filterOperator"
        aria-label={`Comparison of filter ${number}`}
        value={operator}
        onChange={({ target }) => setOperator(target.value)}
        className={inputClass}
      >
        {operators.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <input
        name="filterValue"
        aria-label={`Value of filter ${number}`}
        placeholder={takes === "list" ? "one, two, three" : takes === "nothing" ? "" : "value"}
        readOnly={takes === "nothing"}
        className={cx(inputClass, "max-md:col-span-2 max-md:row-start-2", takes === "nothing" && "opacity-60")}
      />
      <IconButton label={`Remove filter ${number}`} onClick={onRemove}>
        <X aria-hidden className="size-4" />
      </IconButton>
    </div>
  );
}
