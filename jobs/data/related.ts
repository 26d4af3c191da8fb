import { AppError } from "@/db/errors";
import type { Wanted } from "@/jobs/data/document";
import type { CopySession } from "@/jobs/data/rows";
import { type FilterValue, literalOf, sourceOf } from "@/jobs/data/select";
import type { DataForeignKey, DataSchema, DataTable } from "@/jobs/data/tables";
import { quoteIdent } from "@/jobs/postgres/identifier";

/** A row by its primary key: the value, or one for each column of the key. */
export type RowId = FilterValue | Record<string, FilterValue>;

type Chosen = { schema: string; known: DataSchema; table: string; ids: RowId[]; includeRelated: boolean };

/**
 * Chosen rows, with everything that refers to them, whatever that refers to in turn, and so on: following foreign keys down from
 * the chosen rows and up from every row found, so that what comes out can stand alone. Not down again from what was reached
 * upwards: that would be most of a schema. Gives the tables with rows in it, the chosen one first. Keeps the rows' places in temporary
 * tables until the session's transaction ends, so it must be one with one snapshot. Throws TABLE_NOT_FOUND, ROW_NOT_FOUND
 * when none of the rows is there, and VALIDATION_ERROR for ids that are none of the table.
 */
export async function collectRows(session: CopySession, chosen: Chosen): Promise<Wanted[]> {
  const { schema, known, ids, includeRelated } = chosen;
  const table = known.tables.find(({ name }) => name === chosen.table);
  if (!table) throw new AppError("TABLE_NOT_FOUND", `There is no table ${chosen.table}.`);
  const places = openPlaces(session);
  const seeds = `select tableoid, ctid, 0, true from ${sourceOf(schema, table)} where ${keyCondition(table, ids)}`;
  const { count } = await session.unsafe(`insert into ${await places.of(table)} ${seeds}`);
  if (count === 0) throw new AppError("ROW_NOT_FOUND", `None of these rows is in ${table.name}.`);

  const links = linksOf(known);
  let frontier = includeRelated ? new Set([table]) : new Set<DataTable>();
  for (let step = 0; frontier.size > 0; step++) {
    const reached = new Set<DataTable>();
    for (const link of links) {
      const { child, parent } = link;
      const go = async (way: Way) =>
        (await session.unsafe(await stepAlong(link, { ...way, schema, step, places }))).count;
      if (frontier.has(parent) && (await go({ from: "parent", to: "child" })) > 0) reached.add(child);
      if (frontier.has(child) && (await go({ from: "child", to: "parent" })) > 0) reached.add(parent);
    }
    frontier = reached;
  }
  return places.filled();
}

/** A foreign key between two tables; `on` joins them. */
type Link = { child: DataTable; parent: DataTable; on: string };

function linksOf({ tables, foreignKeys }: DataSchema): Link[] {
  const tableOf = (name: string) => tables.find((one) => one.name === name);
  return foreignKeys.flatMap((key) => {
    const [child, parent] = [tableOf(key.table), tableOf(key.refTable)];
    return child && parent ? [{ child, parent, on: joinOf(key) }] : [];
  });
}

const joinOf = ({ columns, refColumns }: DataForeignKey): string =>
  columns.map((column, i) => `child.${quoteIdent(column)} = parent.${quoteIdent(refColumns[i] ?? "")}`).join(" and ");

/** Where the rows are that were found, in a temporary table for each table. */
type Places = ReturnType<typeof openPlaces>;

function openPlaces(session: CopySession) {
  const names = new Map<DataTable, string>();
  return {
    async of(table: DataTable): Promise<string> {
      const known = names.get(table);
      if (known) return known;
      const name = `coffer_rows_${names.size}`;
      names.set(table, name);
      const columns = "src oid, id tid, step int, down bool, primary key (src, id)";
      await session.unsafe(`create temp table ${name} (${columns}) on commit drop`);
      return name;
    },
    async filled(): Promise<Wanted[]> {
      const filled: Wanted[] = [];
      for (const [table, places] of names)
        if ((await session.unsafe(`select from ${places} limit 1`)).length > 0)
          filled.push({ table, selection: { places } });
      return filled;
    },
  };
}

type Way = { from: "parent"; to: "child" } | { from: "child"; to: "parent" };

/**
 * Notes the rows that the last step's rows lead to. One that was only referred to until now, and is found to refer to one
 * of those that count, counts from now on: the next step goes on from it.
 */
async function stepAlong(
  { on, ...link }: Link,
  { from, to, schema, step, places }: Way & { schema: string; step: number; places: Places },
): Promise<string> {
  const [into, last] = [await places.of(link[to]), await places.of(link[from])];
  const isDown = to === "child";
  return `
    insert into ${into} select distinct ${to}.tableoid, ${to}.ctid, ${step + 1}, ${isDown}
    from ${last} last join ${sourceOf(schema, link[from])} ${from} on ${from}.tableoid = last.src and ${from}.ctid = last.id
    join ${sourceOf(schema, link[to])} ${to} on ${on} where last.step = ${step} ${isDown ? "and last.down" : ""}
    on conflict (src, id) do update set step = excluded.step, down = true where excluded.down and not ${into}.down`;
}

function keyCondition(table: DataTable, ids: RowId[]): string {
  const key = table.keys.find(({ isPrimary }) => isPrimary);
  if (!key) throw invalid(`The table ${table.name} has no primary key, so its rows cannot be chosen one by one.`);
  const valuesOf = (id: RowId): FilterValue[] => {
    const isOne = id === null || typeof id !== "object";
    if (isOne && key.columns.length > 1) throw invalid(`An id of ${table.name} needs ${key.columns.join(", ")}.`);
    return isOne ? [id] : key.columns.map((name) => id[name] ?? null);
  };
  const columns = key.columns.map((name) => table.columns.find((one) => one.name === name));
  const rows = ids.map((id) => {
    const values = valuesOf(id).map((value, i) => {
      const column = columns[i];
      const literal = column && literalOf(column, value);
      if (!literal) throw invalid(`An id of ${table.name} cannot be ${JSON.stringify(id)}.`);
      return literal;
    });
    return `(${values.join(", ")})`;
  });
  return rows.length > 0 ? `(${key.columns.map(quoteIdent).join(", ")}) in (${rows.join(", ")})` : "false";
}

const invalid = (error: string) =>
  new AppError("VALIDATION_ERROR", error, { fields: [{ field: "ids", error, code: "invalid_value" }] });
