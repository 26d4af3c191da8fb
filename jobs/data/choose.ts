import { AppError } from "@/db/errors";
import type { Wanted } from "@/jobs/data/document";
import type { Wish } from "@/jobs/data/options";
import { collectRows } from "@/jobs/data/related";
import type { CopySession } from "@/jobs/data/rows";
import type { DataSchema, DataTable } from "@/jobs/data/tables";

/** The tables that an export may read. Throws TABLE_NOT_FOUND for a name that none of them has. */
export function tablesFor({ tables, foreignKeys }: DataSchema, wish: Wish): DataTable[] {
  const named = (names: string[]) => new Set(names.map((name) => tableOf(tables, name)));
  if (wish.what === "table") return [tableOf(tables, wish.tableName)];
  if (wish.what === "full") {
    const included = wish.includeTables ? named(wish.includeTables) : new Set(tables);
    const excluded = named(wish.excludeTables ?? []);
    return tables.filter((table) => included.has(table) && !excluded.has(table));
  }
  const reached = new Set([tableOf(tables, wish.tableName).name]);
  // A set that grows while it is gone through is gone through to its end.
  if (wish.includeRelated)
    for (const name of reached)
      for (const { table, refTable } of foreignKeys)
        if (table === name || refTable === name) reached.add(table).add(refTable);
  return tables.filter(({ name }) => reached.has(name));
}

function tableOf(tables: DataTable[], name: string): DataTable {
  const table = tables.find((one) => one.name === name);
  if (!table) throw new AppError("TABLE_NOT_FOUND", `There is no table ${name}.`);
  return table;
}

/** What the wish chooses of the schema, which has to be read in the session's snapshot. */
export async function choose(
  session: CopySession,
  wish: Wish,
  { schema, known }: { schema: string; known: DataSchema },
): Promise<Wanted[]> {
  const tables = tablesFor(known, wish);
  if (wish.what === "full") return tables.map((table) => ({ table }));
  if (wish.what === "rows") return collectRows(session, { schema, known, table: wish.tableName, ...wish });
  const { filters, limit, offset } = wish;
  return tables.map((table) => ({ table, selection: { filters, limit, offset } }));
}
