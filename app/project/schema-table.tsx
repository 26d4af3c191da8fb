"use client";

import Link from "next/link";
import { useState } from "react";
import type { FoundSchema, NewProjects } from "@/app/trpc/types";
import { cx } from "@/app/ui/class-names";
import { EmptyState } from "@/app/ui/empty-state";
import { inputClass } from "@/app/ui/field";
import { formatBytes, formatCount } from "@/app/ui/format";
import { SearchField } from "@/app/ui/search-field";
import { Cell, Head, Row, Table } from "@/app/ui/table";

export type Draft = NewProjects["projects"][number];

type Props = {
  schemas: FoundSchema[];
  drafts: Draft[];
  onTick: (schemas: FoundSchema[], isTicked: boolean) => void;
  onEdit: (draft: Draft) => void;
};

/** More than this many rows are searched rather than scrolled. */
const searchFrom = 12;

export function SchemaTable({ schemas, drafts, onTick, onEdit }: Props) {
  const [search, setSearch] = useState("");
  const shown = schemas.filter((schema) => schema.name.toLowerCase().includes(search.toLowerCase()));
  const free = shown.filter((schema) => !schema.projectSlug);
  const allTicked = free.length > 0 && free.every((schema) => drafts.some((draft) => draft.schemaName === schema.name));
  return (
    <>
      {schemas.length > searchFrom && <SearchField label="Search schemas" value={search} onChange={setSearch} />}
      {shown.length === 0 && <EmptyState>No schema has this in its name.</EmptyState>}
      {shown.length > 0 && (
        <Table
          label="Schemas of this database"
          className="min-h-40"
          head={
            <>
              <Head className="w-6">
                <input
                  type="checkbox"
                  aria-label="All schemas"
                  checked={allTicked}
                  disabled={free.length === 0}
                  onChange={(event) => onTick(free, event.target.checked)}
                  className="block size-4"
                />
              </Head>
              <Head>Schema</Head>
              <Head numeric from="md">
                Tables
              </Head>
              <Head numeric from="md">
                Size
              </Head>
              <Head>Slug</Head>
              <Head>Name</Head>
            </>
          }
        >
          {shown.map((schema) => (
            <SchemaRow
              key={schema.name}
              schema={schema}
              draft={drafts.find((draft) => draft.schemaName === schema.name)}
              onTick={onTick}
              onEdit={onEdit}
            />
          ))}
        </Table>
      )}
    </>
  );
}

type RowProps = Omit<Props, "schemas" | "drafts"> & { schema: FoundSchema; draft: Draft | undefined };

function SchemaRow({ schema, draft, onTick, onEdit }: RowProps) {
  const isTaken = schema.projectSlug !== null;
  return (
    <Row>
      <Cell>
        <input
          type="checkbox"
          aria-label={schema.name}
          checked={isTaken || draft !== undefined}
          disabled={isTaken}
          onChange={(event) => onTick([schema], event.target.checked)}
          className="block size-4"
        />
      </Cell>
      <Cell className="max-w-44 max-md:max-w-28">
        <span title={schema.name} className="block truncate font-mono text-xs">
          {schema.name}
        </span>
      </Cell>
      <Cell numeric from="md">
        {formatCount(schema.tables)}
      </Cell>
      <Cell numeric from="md">
        {formatBytes(schema.bytes)}
      </Cell>
      {isTaken && (
        <Cell colSpan={2} className="text-muted">
          Is the project{" "}
          <Link href={`/projects/${schema.projectSlug}`} className="text-accent-strong underline">
            {schema.projectSlug}
          </Link>
        </Cell>
      )}
      {!isTaken && (
        <>
          <Cell className="w-40 min-w-24">{draft && <DraftInput draft={draft} field="slug" onEdit={onEdit} />}</Cell>
          <Cell className="w-48 min-w-24">{draft && <DraftInput draft={draft} field="name" onEdit={onEdit} />}</Cell>
        </>
      )}
    </Row>
  );
}

type DraftInputProps = { draft: Draft; field: "slug" | "name"; onEdit: (draft: Draft) => void };

function DraftInput({ draft, field, onEdit }: DraftInputProps) {
  return (
    <input
      aria-label={`${field === "slug" ? "Slug" : "Name"} for ${draft.schemaName}`}
      value={draft[field]}
      required
      maxLength={100}
      pattern={field === "slug" ? "[a-zA-Z0-9_\\-]+" : undefined}
      title={field === "slug" ? "Letters, digits, _ and -" : undefined}
      onChange={(event) => onEdit({ ...draft, [field]: event.target.value })}
      className={cx(inputClass, "h-7 text-sm")}
    />
  );
}
