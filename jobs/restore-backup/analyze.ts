import type postgres from "postgres";
import { qualified } from "@/jobs/postgres/identifier";

const batch = 100;

/**
 * Tells the planner about every table of a schema, as no dump does: the first queries would be slow otherwise. `sql` is a
 * client of so many connections at least: the server has a core at work for each.
 */
export async function analyze(sql: postgres.Sql, schema: string, connections = 1): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and (c.relkind = 'r' or c.relkind = 'm' and c.relispopulated)
    order by pg_relation_size(c.oid) desc, c.oid`;
  const share = async (first: number) => {
    const names = tables.filter((_, i) => i % connections === first).map(({ name }) => qualified(schema, name));
    for (let i = 0; i < names.length; i += batch) await sql.unsafe(`analyze ${names.slice(i, i + batch).join(", ")}`);
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => share(n)));
}
