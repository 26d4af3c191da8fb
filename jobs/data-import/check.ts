import { codeOf } from "@/db/errors";
import type { TargetColumn, TargetTable } from "@/jobs/data-import/catalog";
import { checkReferences } from "@/jobs/data-import/check-references";
import { checkUnique } from "@/jobs/data-import/check-unique";
import { type Checking, type Found, noteRows } from "@/jobs/data-import/problems";
import {
  changesRows,
  insertsRows,
  isAbsent,
  isPresent,
  isUncertain,
  isWritten,
  type Merge,
  matched,
  stagedRows,
  written,
  writtenRows,
} from "@/jobs/data-import/row-sql";
import { isDataError, type Session } from "@/jobs/data-import/session";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

/**
 * Looks in the session's own view of the project for everything that stands in the way of an import, and notes it by row: what PostgreSQL would
 * stumble over one by one. What only the writing itself can show (triggers, exclusion constraints, computed values) is left to that. Gives
 * what whoever imports has to know.
 */
export async function checkImport(session: Session, checking: Checking): Promise<string[]> {
  const warnings: string[] = [];
  for (const merge of checking.merges) {
    await checkKeys(session, merge, checking);
    if (!checking.all) continue;
    await checkValues(session, merge, checking);
    await checkConstraints(session, merge, checking);
    await checkUnique(session, merge, checking);
  }
  if (checking.all) warnings.push(...(await checkReferences(session, checking)));
  return warnings;
}

async function checkKeys(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { staged, rules } = merge;
  const table = staged.table.name;
  const { key } = staged;
  // Nothing to match.
  if (staged.rows === 0) return;
  if (key.length === 0) {
    const isPlainInsert =
      rules.absent === "insert" && (rules.others === "delete" || rules.present === "skip" || rules.present === "fail");
    if (isPlainInsert) return;
    const message =
      "Rows can be matched only by a key that the file has: a primary key, or a unique one that is chosen.";
    await session.unsafe(
      `insert into ${problems} (kind, "table", message) values ('no_key', ${quoteLiteral(table)}, ${quoteLiteral(message)})`,
    );
    return;
  }
  const columns = key.map(({ c }) => c).join(", ");
  const complete = key.map(({ c }) => `${c} is not null`).join(" and ");
  const field = key.map(({ field }) => field).join(", ");
  const value = `concat_ws(', ', ${columns})`;
  const twice = `select from ${stagedRows(merge)} where ${complete} group by ${columns} having count(*) > 1`;
  if ((await session.unsafe(`${twice} limit 1`)).length > 0) {
    const rows = `(select row, ${columns}, row_number() over (partition by ${columns} order by row) as n
      from ${stagedRows(merge)} where ${complete}) s where n > 1`;
    const message = "An earlier row of the file has the same key.";
    await noteRows(session, problems, { kind: "duplicate_key", table, field, rows, value, message });
  }
  if (rules.present !== "fail") return;
  const taken = `(select s.row, ${key.map(({ c }) => `s.${c}`).join(", ")} from ${matched(merge)} where ${isPresent}) s`;
  const message = "A row with this key is there already.";
  await noteRows(session, problems, { kind: "key_exists", table, field, rows: taken, value, message });
}

/** What may be wrong with rows: a condition on them that should hold for none. */
type Suspicion = Pick<Found, "kind" | "field" | "message"> & { condition: string; value?: string };

/** Looks at all rows once for everything that is suspected, and only for what is there again, to note where. */
async function note(session: Session, { rows, row, table, problems, suspicions }: Suspecting): Promise<void> {
  if (suspicions.length === 0) return;
  const any = suspicions.map(({ condition }, n) => `coalesce(bool_or(${condition}), false) as p${n}`);
  const [found] = await session.unsafe<Record<string, boolean>[]>(`select ${any.join(", ")} from ${rows}`);
  for (const [n, { condition, ...suspicion }] of suspicions.entries())
    if (found?.[`p${n}`])
      await noteRows(session, problems, { ...suspicion, table, row, rows: `${rows} where ${condition}` });
}

type Suspecting = { rows: string; row: string; table: string; problems: string; suspicions: Suspicion[] };

/** NULL where a value has to be. */
async function checkValues(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { table } = merge.staged;
  const suspicions = table.columns.flatMap((column) => missingValue(merge, column) ?? []);
  await note(session, { rows: matched(merge), row: "s.row", table: table.name, problems, suspicions });
}

function missingValue(merge: Merge, column: TargetColumn): Suspicion | null {
  const { staged, rules } = merge;
  if (column.isNullable || column.isGenerated) return null;
  const field = staged.given.find((one) => one.column === column);
  const hasDefault = column.expression !== null || column.identity !== null;
  if (!field) {
    if (hasDefault || !insertsRows(merge)) return null;
    const message = `The table needs a value for ${column.name}, which the file does not have.`;
    return { kind: "missing_value", field: column.name, condition: `not (${isPresent})`, message };
  }
  const absent = isAbsent(merge, field);
  const isGiven = absent ? ` and not ${absent}` : "";
  const inserted = insertsRows(merge) ? `(not (${isPresent})${hasDefault ? isGiven : ""})` : "false";
  const updated = changesRows(merge) && rules.present === "overwrite" ? `(${isPresent}${isGiven})` : "false";
  const condition = `s.${field.c} is null and (${inserted} or ${updated})`;
  return { kind: "missing_value", field: field.field, condition, message: `${column.name} must have a value.` };
}

/** CHECK constraints, and whether a partition takes the row. Those that cannot be looked at beforehand are left to PostgreSQL. */
async function checkConstraints(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { table } = merge.staged;
  if (isWritten(merge) === "false") return;
  const suspicions = table.checks.flatMap((check) => brokenCheck(merge, check) ?? []);
  const look = (some: Suspicion[]) =>
    session.savepoint((inner) =>
      note(inner, { rows: `${writtenRows(merge)} r`, row: written.row, table: table.name, problems, suspicions: some }),
    );
  try {
    await look(suspicions);
  } catch (error) {
    if (!isDataError(codeOf(error))) throw error;
    for (const one of suspicions) await look([one]).catch(unlessData);
  }
}

function unlessData(error: unknown): void {
  if (!isDataError(codeOf(error))) throw error;
}

function brokenCheck(
  merge: Merge,
  { name, expression, columns, isPartition }: TargetTable["checks"][number],
): Suspicion | null {
  const { table } = merge.staged;
  const used = table.columns.filter((column) => columns.includes(column.name));
  if (used.some((column) => isUncertain(merge, column))) return null;
  const names = used.map((column) => quoteIdent(column.name)).join(", ");
  return {
    kind: isPartition ? "no_partition" : "check_failed",
    field: columns.join(", "),
    condition: `not (${expression})`,
    value: `concat_ws(', ', ${names || "''"})`,
    message: isPartition
      ? `No partition of ${table.name} takes this row.`
      : `The row does not pass the check ${name}: ${expression}`,
  };
}
