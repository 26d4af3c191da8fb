import { codeOf } from "@/db/errors";
import { checkReferences } from "@/jobs/data-import/check-references";
import { checkUnique } from "@/jobs/data-import/check-unique";
import { type Checking, noteRows } from "@/jobs/data-import/problems";
import {
  changesRows,
  insertsRows,
  isAbsent,
  isPresent,
  isUncertain,
  isWritten,
  type Merge,
  matched,
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
  const columns = key.map(({ c }) => c);
  const field = key.map(({ field }) => field).join(", ");
  const value = `concat_ws(', ', ${columns.join(", ")})`;
  const rows = `(select row, ${value} as key, row_number() over (partition by ${columns.join(", ")} order by row) as n
    from ${stagedOf(merge)} where ${columns.map((c) => `${c} is not null`).join(" and ")}) s where n > 1`;
  await noteRows(session, problems, {
    kind: "duplicate_key",
    table,
    field,
    rows,
    value: "key",
    message: "An earlier row of the file has the same key.",
  });
  if (rules.present !== "fail") return;
  const taken = `(select s.row, ${key.map(({ c }) => `s.${c}`).join(", ")} from ${matched(merge)} where ${isPresent}) s`;
  await noteRows(session, problems, {
    kind: "key_exists",
    table,
    field,
    rows: taken,
    value,
    message: "A row with this key is there already.",
  });
}

const stagedOf = ({ stage, staged }: Merge) => `${quoteIdent(stage)}.t${staged.n}`;

/** NULL where a value has to be. */
async function checkValues(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { staged, rules } = merge;
  const table = staged.table.name;
  for (const column of staged.table.columns) {
    if (column.isNullable || column.isGenerated) continue;
    const field = staged.given.find((one) => one.column === column);
    const hasDefault = column.expression !== null || column.identity !== null;
    if (!field) {
      if (hasDefault || !insertsRows(merge)) continue;
      const rows = `(select s.row from ${matched(merge)} where not (${isPresent})) s`;
      const message = `The table needs a value for ${column.name}, which the file does not have.`;
      await noteRows(session, problems, { kind: "missing_value", table, field: column.name, rows, message });
      continue;
    }
    const absent = isAbsent(merge, field);
    const isGiven = absent ? ` and not ${absent}` : "";
    const inserted = insertsRows(merge) ? `(not (${isPresent})${hasDefault ? isGiven : ""})` : "false";
    const updated = changesRows(merge) && rules.present === "overwrite" ? `(${isPresent}${isGiven})` : "false";
    const rows = `(select s.row from ${matched(merge)} where s.${field.c} is null and (${inserted} or ${updated})) s`;
    await noteRows(session, problems, {
      kind: "missing_value",
      table,
      field: field.field,
      rows,
      message: `${column.name} must have a value.`,
    });
  }
}

/** CHECK constraints, and whether a partition takes the row. Those that cannot be looked at beforehand are left to PostgreSQL. */
async function checkConstraints(session: Session, merge: Merge, { problems }: Checking): Promise<void> {
  const { table } = merge.staged;
  if (isWritten(merge) === "false") return;
  for (const { name, expression, columns, isPartition } of table.checks) {
    const used = table.columns.filter((column) => columns.includes(column.name));
    if (used.some((column) => isUncertain(merge, column))) continue;
    const rows = `${writtenRows(merge)} r where not (${expression})`;
    const note = (session: Session) =>
      noteRows(session, problems, {
        kind: isPartition ? "no_partition" : "check_failed",
        table: table.name,
        field: columns.join(", "),
        rows,
        row: written.row,
        value: `concat_ws(', ', ${used.map((column) => quoteIdent(column.name)).join(", ") || "''"})`,
        message: isPartition
          ? `No partition of ${table.name} takes this row.`
          : `The row does not pass the check ${name}: ${expression}`,
      });
    try {
      await session.savepoint((inner) => note(inner));
    } catch (error) {
      if (!isDataError(codeOf(error))) throw error;
    }
  }
}
