import type { TablePlan } from "@/jobs/data-import/report";
import {
  changesRows,
  insertsRows,
  isPresent,
  liveRows,
  type Merge,
  matched,
  sameKey,
  stagedRows,
} from "@/jobs/data-import/row-sql";
import type { Session } from "@/jobs/data-import/session";

/** What an import does to a table, counted in the session's own view of it. Rows of the file that cannot be read are in none of the numbers but `rows`. */
export async function planOf(session: Session, merge: Merge): Promise<TablePlan> {
  const { staged, rules } = merge;
  const [found] = await session.unsafe<{ staged: number; present: number }[]>(
    `select count(*)::float8 as staged, count(*) filter (where ${isPresent})::float8 as present from ${matched(merge)}`,
  );
  const { staged: all, present } = found ?? { staged: 0, present: 0 };
  const insert = insertsRows(merge) ? all - present : 0;
  const update = changesRows(merge) ? present : 0;
  return {
    table: staged.table.name,
    source: staged.source,
    rows: staged.rows,
    insert,
    update,
    skip: all - insert - update,
    delete: rules.others === "delete" ? await countOthers(session, merge) : 0,
    conflicts: present,
  };
}

/** Rows of the table that the file does not have. */
async function countOthers(session: Session, merge: Merge): Promise<number> {
  const [row] = await session.unsafe<{ n: number }[]>(
    `select count(*)::float8 as n from ${liveRows(merge)} l where ${isOther(merge)}`,
  );
  return row?.n ?? 0;
}

/** Whether a row of the table (`l`) has a key that no row of the file has. */
export const isOther = (merge: Merge): string =>
  merge.staged.key.length === 0 ? "true" : `not exists (select from ${stagedRows(merge)} s where ${sameKey(merge)})`;
