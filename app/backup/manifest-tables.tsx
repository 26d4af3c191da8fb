"use client";

import Link from "next/link";
import { useState } from "react";
import { type ManifestTable, sortTables, type TableColumn } from "@/app/backup/sort-tables";
import { selectionHref } from "@/app/browse/selection";
import type { BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { formatBytes, formatCount, plural } from "@/app/ui/format";
import { SearchField } from "@/app/ui/search-field";
import { Section } from "@/app/ui/section";
import { Cell, Head, Row, type Sort, SortHead, Table } from "@/app/ui/table";

/** A schema may have thousands of tables; a browser does not like as many rows at once. */
const shownAtFirst = 100;

type Props = { tables: ManifestTable[]; backup: Pick<BackupDetails, "id" | "projectSlug"> };

export function ManifestTables({ tables, backup }: Props) {
  const [sort, setSort] = useState<Sort<TableColumn>>({ key: "bytes", descending: true });
  const [search, setSearch] = useState("");
  const [showsAll, setShowsAll] = useState(false);
  const found = tables.filter((table) => table.name.toLowerCase().includes(search.toLowerCase()));
  const shown = showsAll ? found : found.slice(0, shownAtFirst);
  const sorting = { sort, onSort: setSort };
  return (
    <Section title="Tables" aside={plural(tables.length, "table")}>
      {tables.length > 12 && (
        <SearchField label="Search tables" value={search} onChange={setSearch} className="w-72 max-w-full" />
      )}
      {tables.length === 0 && <EmptyState>The schema had no tables.</EmptyState>}
      {tables.length > 0 && found.length === 0 && (
        <EmptyState action={<Button onClick={() => setSearch("")}>Clear filters</Button>}>
          No table has “{search}” in its name.
        </EmptyState>
      )}
      {found.length > 0 && (
        <Table
          label="Tables in this backup"
          head={
            <>
              <SortHead column="name" {...sorting}>
                Table
              </SortHead>
              <Head from="md">Kind</Head>
              <SortHead column="rows" numeric descendingFirst {...sorting}>
                Rows
              </SortHead>
              <SortHead column="bytes" numeric descendingFirst {...sorting}>
                Data
              </SortHead>
            </>
          }
        >
          {sortTables(shown, sort).map((table) => (
            <Row key={table.name}>
              <Cell className="max-w-0 w-1/2">
                <Link
                  href={`/projects/${backup.projectSlug}/backups/${backup.id}/browse${selectionHref({ kind: "table", name: table.name })}`}
                  prefetch={false}
                  title={table.name}
                  className="block truncate rounded-sm font-mono text-xs hover:underline"
                >
                  {table.name}
                </Link>
              </Cell>
              <Cell from="md" className="text-muted">
                {table.kind}
              </Cell>
              <Cell numeric>{table.rows === null ? "–" : formatCount(table.rows)}</Cell>
              <Cell numeric>{table.rows === null ? "–" : formatBytes(table.bytes)}</Cell>
            </Row>
          ))}
        </Table>
      )}
      {found.length > shown.length && (
        <div className="flex justify-center">
          <Button onClick={() => setShowsAll(true)}>Show all {formatCount(found.length)} tables</Button>
        </div>
      )}
    </Section>
  );
}
