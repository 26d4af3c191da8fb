import type postgres from "postgres";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";

/** A table takes a lock for itself, each index and its TOAST table: this many at a time fit any server. */
const batch = 200;

/**
 * Drops a schema and all that is in it, table by table, since the server could not lock thousands at once. What outside of
 * it depends on it goes as well, so whoever calls has looked. Safe to repeat; a schema that is not there is no fault.
 */
export async function dropSchema(sql: postgres.Sql, schema: string): Promise<void> {
  for (;;) {
    const tables = await sql<{ name: string; kind: string }[]>`
      select c.relname as name, case c.relkind when 'f' then 'foreign table' else 'table' end as kind
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relkind in ('r', 'p', 'f')
      order by c.relispartition desc, c.relkind, c.oid limit ${batch}`;
    const kind = tables[0]?.kind;
    if (!kind) break;
    const names = tables.filter((table) => table.kind === kind).map(({ name }) => qualified(schema, name));
    await sql.unsafe(`drop ${kind} if exists ${names.join(", ")} cascade`);
  }
  await sql.unsafe(`drop schema if exists ${quoteIdent(schema)} cascade`);
}
