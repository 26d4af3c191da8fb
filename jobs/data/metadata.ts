import type { Wanted } from "@/jobs/data/document";
import type { DataForeignKey } from "@/jobs/data/tables";
import type { Subject } from "@/jobs/lifecycle/subject";

/** Rises when what an export looks like changes in a way that its readers have to know. */
const formatVersion = 1;

type Facts = {
  subject: Pick<Subject, "projectId" | "slug" | "name" | "schema">;
  at: Date;
  postgresqlVersion: string;
  tables: Wanted[];
  counts: Record<string, number>;
  foreignKeys: DataForeignKey[];
};

/** What stands in front of the rows of a JSON document: where they are from, and what somebody who imports them has to know. */
export function metadataOf({ subject, at, postgresqlVersion, tables, counts, foreignKeys }: Facts) {
  const names = new Set(tables.map(({ table }) => table.name));
  return {
    coffer_format: formatVersion,
    project: { id: subject.projectId, slug: subject.slug, name: subject.name },
    schema: subject.schema,
    exported_at: at.toISOString(),
    postgresql_version: postgresqlVersion,
    record_count: totalOf(counts),
    tables: tables.map(({ table }) => ({
      name: table.name,
      rows: counts[table.name] ?? 0,
      primary_key: table.keys.find(({ isPrimary }) => isPrimary)?.columns ?? null,
      columns: table.columns.map(({ name, type, isNullable, isGenerated, identity }) => ({
        name,
        type,
        nullable: isNullable,
        ...(isGenerated ? { generated: true } : {}),
        ...(identity ? { identity } : {}),
      })),
    })),
    foreign_keys: foreignKeys
      .filter(({ table, refTable }) => names.has(table) && names.has(refTable))
      .map(({ table, columns, refTable, refColumns }) => ({
        table,
        columns,
        references: { table: refTable, columns: refColumns },
      })),
  };
}

export const totalOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, rows) => sum + rows, 0);
