import type { Wanted } from "@/jobs/data/document";
import type { CopySession } from "@/jobs/data/rows";
import { selectOf } from "@/jobs/data/select";

const batch = 50;

/** How many rows each table gives, counted in the session's snapshot. */
export async function countRows(
  session: CopySession,
  { schema, tables }: { schema: string; tables: Wanted[] },
): Promise<Record<string, number>> {
  // No parallel workers: an export takes one core of the tenant's server, not all.
  await session.unsafe("set local max_parallel_workers_per_gather = 0");
  const counts: [string, number][] = [];
  for (let i = 0; i < tables.length; i += batch) {
    const some = tables.slice(i, i + batch);
    const parts = some.map(
      ({ table, selection }, n) =>
        `select ${n} as n, count(*)::float8 as rows from (${selectOf(schema, table, selection)}) t`,
    );
    const rows = await session.unsafe<{ n: number; rows: number }[]>(parts.join(" union all "));
    for (const { n, rows: count } of rows) counts.push([some[n]?.table.name ?? "", count]);
  }
  return Object.fromEntries(counts);
}
