"use client";

import { useState } from "react";
import type { DataTable } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { formatCount } from "@/app/ui/format";
import { ScrollBox } from "@/app/ui/scroll-box";
import { SearchField } from "@/app/ui/search-field";
import { Cell, Head, Row, Table } from "@/app/ui/table";

type Props = { tables: DataTable[]; chosen: readonly string[]; onChange: (chosen: string[]) => void };

/** A browser does not like more rows at once: whoever looks for one searches. */
const shownAtMost = 300;
const manyTables = 10;

/** The project's tables, all of them chosen until somebody says otherwise. */
export function TableTicks({ tables, chosen, onChange }: Props) {
  const [search, setSearch] = useState("");
  const words = search.trim().toLowerCase();
  const found = tables.filter(({ name, description }) => `${name} ${description ?? ""}`.toLowerCase().includes(words));
  const names = found.map(({ name }) => name);
  const ticked = names.filter((name) => chosen.includes(name)).length;
  const without = chosen.filter((name) => !names.includes(name));
  return (
    <div className="flex flex-col gap-2">
      {tables.length > manyTables && <SearchField label="Find a table" value={search} onChange={setSearch} />}
      {found.length === 0 ? (
        <EmptyState action={<Button onClick={() => setSearch("")}>Clear search</Button>}>
          No table has “{search}” in its name or description.
        </EmptyState>
      ) : (
        <ScrollBox label="Tables to export" className="max-h-96 rounded border border-line px-3">
          <Table
            label="Tables"
            head={
              <>
                <Head className="w-8">
                  <input
                    type="checkbox"
                    aria-label={words ? "All tables that were found" : "All tables"}
                    className="block size-4"
                    checked={ticked === names.length}
                    ref={(box) => {
                      if (box) box.indeterminate = ticked > 0 && ticked < names.length;
                    }}
                    onChange={({ target }) => onChange(target.checked ? [...without, ...names] : without)}
                  />
                </Head>
                <Head>Table</Head>
                <Head numeric>Rows, about</Head>
                <Head numeric from="md">
                  Columns
                </Head>
              </>
            }
          >
            {found.slice(0, shownAtMost).map((table) => (
              <TableTick
                key={table.name}
                table={table}
                isOn={chosen.includes(table.name)}
                onChange={(isOn) =>
                  onChange(isOn ? [...chosen, table.name] : chosen.filter((name) => name !== table.name))
                }
              />
            ))}
          </Table>
        </ScrollBox>
      )}
      {found.length > shownAtMost && (
        <p className="text-muted text-sm">and {formatCount(found.length - shownAtMost)} more: search for one.</p>
      )}
    </div>
  );
}

type TickProps = { table: DataTable; isOn: boolean; onChange: (isOn: boolean) => void };

function TableTick({ table: { name, description, rowEstimate, columns }, isOn, onChange }: TickProps) {
  return (
    <Row>
      <Cell>
        <input
          type="checkbox"
          aria-label={name}
          className="block size-4"
          checked={isOn}
          onChange={({ target }) => onChange(target.checked)}
        />
      </Cell>
      <Cell className="w-full max-w-0 py-1.5">
        <span title={name} className="block truncate font-mono text-xs">
          {name}
        </span>
        {description && (
          <span title={description} className="block truncate text-muted text-xs">
            {description}
          </span>
        )}
      </Cell>
      <Cell numeric>
        {rowEstimate === null ? <span className="text-muted">not counted</span> : formatCount(rowEstimate)}
      </Cell>
      <Cell numeric from="md">
        {formatCount(columns.length)}
      </Cell>
    </Row>
  );
}
