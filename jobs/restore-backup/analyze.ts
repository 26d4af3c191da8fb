import type postgres from "postgres";
import { qualified } from "@/jobs/postgres/identifier";

const batch = 100;

/** Tells the planner about every table of a schema, as no dump does: the first queries would be slow otherwise. */
export async function analyze(sql: postgres.Sql, schema: string): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and (c.relkind = 'r' or c.relkind = 'm' and c.relispopulated) order by c.oid`;
  for (let i = 0; i < tables.length; i += batch) {
    const names = tables.slice(i, i + batch).map(({ name }) => qualified(schema, name));
    await sql.unsafe(`analyze ${names.join(", ")}`);
  }
}
