import type postgres from "postgres";
import { qualified } from "@/jobs/postgres/identifier";

const batch = 100;

/**
 * Tells the planner about every table of a schema, as no dump does: the first queries would be slow otherwise. `sql` is a
 * client of so many `connections` at least: the server has a core at work for each. Tables that were analyzed `early`, before they
 * had their indexes, are looked at again only for what came later: expressions in indexes, and statistics of several columns.
 */
export async function analyze(
  sql: postgres.Sql,
  schema: string,
  { connections = 1, early = [] }: { connections?: number; early?: Iterable<string> } = {},
): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and (c.relkind = 'r' or c.relkind = 'm' and c.relispopulated)
      and (c.relname not in (select jsonb_array_elements_text(${JSON.stringify([...early])}::text::jsonb))
        or exists (select from pg_index i where i.indrelid = c.oid and i.indexprs is not null)
        or exists (select from pg_statistic_ext s where s.stxrelid = c.oid))
    order by pg_relation_size(c.oid) desc, c.oid`;
  const share = async (first: number) => {
    const names = tables.filter((_, i) => i % connections === first).map(({ name }) => qualified(schema, name));
    for (let i = 0; i < names.length; i += batch) await sql.unsafe(`analyze ${names.slice(i, i + batch).join(", ")}`);
  };
  await Promise.all(Array.from({ length: connections }, (_, n) => share(n)));
}

/**
 * Analyzes tables of a schema as they are filled. `mark` is SQL that has psql say so of one, `hear` takes what it prints. What
 * cannot be analyzed now is not in `done`.
 */
export function analyzeAsFilled(sql: postgres.Sql, schema: string) {
  const marked: string[] = [];
  const done = new Set<string>();
  let work = Promise.resolve();
  return {
    mark: (table: string) => `select 'coffer:filled:${marked.push(table) - 1}';\n`,
    hear(line: string) {
      const table = marked[Number(/^ coffer:filled:(\d+)$/.exec(line)?.[1])];
      if (table === undefined) return;
      const all = sql.unsafe(`analyze ${qualified(schema, table)}`);
      work = work
        .then(() => all)
        .then(
          () => void done.add(table),
          () => {},
        );
    },
    /** The tables that were, once all that were filled have been tried. */
    done: () => work.then(() => done),
  };
}
