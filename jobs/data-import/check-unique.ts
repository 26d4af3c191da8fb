import { type Checking, noteRows } from "@/jobs/data-import/problems";
import {
  changesRows,
  isUncertain,
  isWritten,
  liveRows,
  type Merge,
  sameKey,
  settable,
  stagedRows,
  survives,
  written,
  writtenRows,
} from "@/jobs/data-import/row-sql";
import type { Session } from "@/jobs/data-import/session";
import { quoteIdent } from "@/jobs/postgres/identifier";

/** Values that would be there twice under a unique key other than the one that tells rows apart: in the file, or in the file and the table. */
export async function checkUnique(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { table, key } = merge.staged;
  if (isWritten(merge) === "false") return;
  for (const { columns } of table.keys) {
    const isMatchKey = key.length === columns.length && key.every(({ column }) => columns.includes(column.name));
    const used = table.columns.filter((column) => columns.includes(column.name));
    if (isMatchKey || used.some((column) => isUncertain(merge, column)) || !touches(merge, columns)) continue;
    const names = columns.map(quoteIdent);
    const value = `concat_ws(', ', ${names.join(", ")})`;
    const field = columns.join(", ");
    const complete = names.map((name) => `${name} is not null`).join(" and ");
    const twice = `(select *, row_number() over (partition by ${names.join(", ")} order by ${written.row}) as ${written.nth} from ${writtenRows(merge)} r where ${complete}) r where ${written.nth} > 1`;
    await noteRows(session, problems, {
      kind: "not_unique",
      table: table.name,
      field,
      rows: twice,
      row: written.row,
      value,
      message: `An earlier row of the file has the same ${field}.`,
    });
    const equal = names.map((name) => `l.${name} = r.${name}`).join(" and ");
    const others = [
      `(r.${written.place} is null or (l.tableoid, l.ctid) <> (r.${written.table}, r.${written.place}))`,
      survives(merge),
      // A row that the file changes counts as what it becomes.
      changesRows(merge) && settable(merge).some(({ column }) => columns.includes(column.name))
        ? `not exists (select from ${stagedRows(merge)} k where ${sameKey(merge, "k")})`
        : null,
    ].filter((one) => one !== null);
    const taken = `${writtenRows(merge)} r where exists (select from ${liveRows(merge)} l where ${equal} and ${others.join(" and ")})`;
    await noteRows(session, problems, {
      kind: "not_unique",
      table: table.name,
      field,
      rows: taken,
      row: written.row,
      value,
      message: `Another row of the table has the same ${field}.`,
    });
  }
}

/** Whether rows are written that may have a value there that no row had before. */
const touches = (merge: Merge, columns: string[]): boolean =>
  merge.rules.absent === "insert" || settable(merge).some(({ column }) => columns.includes(column.name));
