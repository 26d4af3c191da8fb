import type postgres from "postgres";
import { qualified } from "@/jobs/postgres/identifier";

const batch = 50;

/** `lastValue` as text: a bigint does not fit a number. */
export type SequenceValue = { name: string; lastValue: string; isCalled: boolean };

/** Where each sequence of the schema stands now: unlike rows, sequences move on within a snapshot. */
export async function sequenceValues(sql: postgres.ISql, schema: string): Promise<SequenceValue[]> {
  const listed = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'S'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.relname collate "C"`;
  const values: SequenceValue[] = [];
  for (let i = 0; i < listed.length; i += batch) {
    const parts = listed
      .slice(i, i + batch)
      .map(
        ({ name }, n) =>
          `select ${i + n} as n, last_value::text as last, is_called as called from ${qualified(schema, name)}`,
      );
    const answers = await sql.unsafe<{ n: number; last: string; called: boolean }[]>(parts.join(" union all "));
    for (const { n, last, called } of answers) {
      const name = listed[n]?.name;
      if (name !== undefined) values.push({ name, lastValue: last, isCalled: called });
    }
  }
  return values;
}
