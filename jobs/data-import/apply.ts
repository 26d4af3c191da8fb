import type { TargetForeignKey, TargetSchema } from "@/jobs/data-import/catalog";
import { orderTables } from "@/jobs/data-import/order";
import { isOther } from "@/jobs/data-import/plan";
import type { TablePlan } from "@/jobs/data-import/report";
import {
  changesRows,
  insertedValue,
  insertsRows,
  isPresent,
  liveRows,
  type Merge,
  matched,
  sameKey,
  settable,
  stagedRows,
  updatedValue,
} from "@/jobs/data-import/row-sql";
import type { Session } from "@/jobs/data-import/session";
import { failed } from "@/jobs/lifecycle/failure";
import { qualified, quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

type Applying = {
  schema: TargetSchema;
  merges: Merge[];
  plans: TablePlan[];
  /** Whether the tables' own triggers fire. */
  triggers: boolean;
  onTable(table: string): void;
};

/**
 * Carries a plan out in the session's transaction, which holds the tables: deletes from children to parents, then writes from parents to
 * children. Foreign keys that stand in the way of any order are checked at the end. Fails when a table does not come to the numbers of the plan.
 */
export async function applyPlan(session: Session, applying: Applying): Promise<void> {
  const { schema, merges, triggers } = applying;
  const names = merges.map(({ staged }) => staged.table.name);
  const { order, circular } = orderTables(names, schema.foreignKeys);
  const sorted = order.flatMap((name) => merges.filter(({ staged }) => staged.table.name === name));
  const late = lateKeys(applying, circular);
  const silenced = triggers ? [] : merges.filter(({ staged }) => staged.table.triggers.length > 0);
  await setTriggers(session, silenced, "disable");
  for (const key of late) await alterKey(session, schema.schema, { key, timing: "deferrable initially deferred" });
  // Triggers of the tables may name others as the application does: without their schema.
  await session`select set_config('search_path', quote_ident(${schema.schema}) || ', ' || reset_val, true) from pg_settings where name = 'search_path'`;
  for (const merge of sorted.toReversed()) await removeOthers(session, merge, applying);
  for (const merge of sorted) await write(session, merge, applying);
  await session.unsafe("set constraints all immediate; set local search_path = pg_catalog");
  for (const key of late) await alterKey(session, schema.schema, { key, timing: timingOf(key) });
  await setTriggers(session, silenced, "enable");
  for (const merge of merges) await advanceSequences(session, merge);
}

/**
 * Besides those in circles: what refers to rows that may be deleted and written anew, and what refers to its own table where rows that
 * change may refer to new ones, which come after them.
 */
function lateKeys({ schema, merges }: Applying, circular: TargetForeignKey[]): TargetForeignKey[] {
  const isLate = (key: TargetForeignKey) => {
    const parent = merges.find(({ staged }) => staged.table.name === key.refTable);
    if (!parent) return false;
    if (circular.includes(key)) return true;
    if (parent.rules.others === "delete" && key.onDelete === "no action") return true;
    return key.table === key.refTable && changesRows(parent) && insertsRows(parent);
  };
  return schema.foreignKeys.filter((key) => isLate(key) && !key.isDeferred);
}

type Altering = { key: TargetForeignKey; timing: string };

async function alterKey(session: Session, schema: string, { key, timing }: Altering): Promise<void> {
  await session.unsafe(
    `alter table ${qualified(schema, key.table)} alter constraint ${quoteIdent(key.name)} ${timing}`,
  );
}

const timingOf = ({ isDeferrable }: TargetForeignKey) =>
  isDeferrable ? "deferrable initially immediate" : "not deferrable";

/** Those that are off already stay so. */
async function setTriggers(session: Session, merges: Merge[], what: "disable" | "enable"): Promise<void> {
  for (const { schema, staged } of merges)
    for (const trigger of staged.table.triggers)
      await session.unsafe(
        `alter table ${qualified(schema, staged.table.name)} ${what} trigger ${quoteIdent(trigger)}`,
      );
}

async function removeOthers(session: Session, merge: Merge, applying: Applying): Promise<void> {
  if (merge.rules.others === "keep") return;
  const { count } = await session.unsafe(`delete from ${liveRows(merge)} l where ${isOther(merge)}`);
  compare(merge, { what: "delete", count }, applying);
}

async function write(session: Session, merge: Merge, applying: Applying): Promise<void> {
  applying.onTable(merge.staged.table.name);
  if (changesRows(merge)) {
    const set = settable(merge).map((one) => `${quoteIdent(one.column.name)} = ${updatedValue(merge, one)}`);
    const { count } = await session.unsafe(
      `update ${liveRows(merge)} l set ${set.join(", ")} from ${stagedRows(merge)} s where ${sameKey(merge)}`,
    );
    compare(merge, { what: "update", count }, applying);
  }
  if (!insertsRows(merge)) return;
  const { given } = merge.staged;
  const columns = given.map(({ column }) => quoteIdent(column.name)).join(", ");
  const values = given.map((one) => insertedValue(merge, one)).join(", ");
  // An update leaves the key as it is, so what is there is what was there.
  const rows = `from ${matched(merge)} where not (${isPresent})${takesNumbers(merge) ? " order by s.row" : ""}`;
  const { count } = await session.unsafe(
    given.length > 0
      ? `insert into ${qualified(merge.schema, merge.staged.table.name)} (${columns}) overriding system value select ${values} ${rows}`
      : `insert into ${qualified(merge.schema, merge.staged.table.name)} select ${rows}`,
  );
  compare(merge, { what: "insert", count }, applying);
}

/** New rows get numbers of a sequence: in the order of the file. */
const takesNumbers = ({ staged: { table, given, lacking } }: Merge): boolean =>
  table.columns.some(
    (column) => column.sequence !== null && !given.some((one) => one.column === column && !lacking.includes(one.c)),
  );

type Counted = { what: "insert" | "update" | "delete"; count: number };

function compare({ staged }: Merge, { what, count }: Counted, { plans }: Applying): void {
  const name = staged.table.name;
  const planned = plans.find(({ table }) => table === name)?.[what];
  if (planned === count) return;
  throw failed({
    code: "import_failed",
    message: `The table ${name} was to ${what} ${planned} rows, and it would have been ${count}. Nothing was changed.`,
    hint: "A trigger or a rule of the table may write or leave out rows. An administrator can import with triggers off.",
  });
}

/** So that the next value of each sequence is one that the file has not used. */
async function advanceSequences(session: Session, merge: Merge): Promise<void> {
  for (const { column } of merge.staged.given) {
    if (column.sequence === null) continue;
    const name = quoteIdent(column.name);
    const sequence = `${quoteLiteral(column.sequence)}::regclass`;
    await session.unsafe(`
      select setval(${sequence}, used.at) from pg_sequence q,
        lateral (select case when q.seqincrement > 0 then max(${name}) else min(${name}) end::bigint as at from ${liveRows(merge)} l) used,
        lateral (select last_value, is_called from ${column.sequence}) now
      where q.seqrelid = ${sequence} and used.at between q.seqmin and q.seqmax
        and case when q.seqincrement > 0 then used.at > now.last_value - (not now.is_called)::int
          else used.at < now.last_value + (not now.is_called)::int end`);
  }
}
