import { sourceOf } from "@/jobs/data/select";
import type { TargetColumn } from "@/jobs/data-import/catalog";
import type { Given } from "@/jobs/data-import/resolve";
import type { Rules } from "@/jobs/data-import/rules";
import type { StagedTable } from "@/jobs/data-import/stage-tables";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

/** One table of an import: what is staged for it, and what becomes of its rows. */
export type Merge = {
  stage: string;
  schema: string;
  staged: StagedTable;
  rules: Rules;
};

/** In all SQL of an import a staged row is `s`, and the row of the table that has its key is `l`. */
export const stagedRows = ({ stage, staged }: Merge): string => `${quoteIdent(stage)}.t${staged.n}`;
export const liveRows = ({ schema, staged }: Merge): string => sourceOf(schema, staged.table);

/** Joins `s` and `l`. A key with a NULL in it is no other row's. */
export const sameKey = ({ staged: { key } }: Merge, s = "s"): string =>
  key.length === 0 ? "false" : key.map(({ c, column }) => `l.${quoteIdent(column.name)} = ${s}.${c}`).join(" and ");

/** Staged rows, each with the one that is there under its key. */
export const matched = (merge: Merge): string =>
  `${stagedRows(merge)} s left join ${liveRows(merge)} l on ${sameKey(merge)}`;

/**
 * Whether the key of the staged row is there. Said in this way, because the planner takes one in 200 for the share of rows
 * of which `ctid is null` is true: it would go through all parents for each row of a file that is new as a whole.
 */
export const isPresent = "case when l.ctid is null then false else true end";

/** What an update may set: the file's columns but for the key, and for an identity that PostgreSQL lets nobody set. */
export const settable = ({ staged: { given, key } }: Merge): Given[] =>
  given.filter((one) => !key.includes(one) && one.column.identity !== "always");

export const changesRows = (merge: Merge): boolean =>
  (merge.rules.present === "overwrite" || merge.rules.present === "merge") && settable(merge).length > 0;

export const insertsRows = ({ rules }: Merge): boolean => rules.absent === "insert";

/** Which of the matched rows are written. */
export function isWritten(merge: Merge): string {
  if (insertsRows(merge) && changesRows(merge)) return "true";
  if (insertsRows(merge)) return `not (${isPresent})`;
  return changesRows(merge) ? isPresent : "false";
}

/** Whether the row's part of the file has nothing at all for the column, not even NULL. */
export function isAbsent({ staged: { given, lacking } }: Merge, one: Given): string | null {
  return lacking.includes(one.c) ? `coalesce(${given.indexOf(one) + 1} = any (s.absent), false)` : null;
}

/** What a new row gets where the file says nothing. */
const defaultOf = ({ identity, sequence, expression }: TargetColumn): string =>
  identity && sequence ? `nextval(${quoteLiteral(sequence)}::regclass)` : (expression ?? "null");

/** The value of a column in a new row. */
export function insertedValue(merge: Merge, one: Given): string {
  const absent = isAbsent(merge, one);
  return absent ? `case when ${absent} then ${defaultOf(one.column)} else s.${one.c} end` : `s.${one.c}`;
}

/** The value of a column in a row that was there. */
export function updatedValue(merge: Merge, one: Given): string {
  const before = `l.${quoteIdent(one.column.name)}`;
  if (merge.rules.present === "merge") return `coalesce(s.${one.c}, ${before})`;
  const absent = isAbsent(merge, one);
  return absent ? `case when ${absent} then ${before} else s.${one.c} end` : `s.${one.c}`;
}

/** A default that is what it says: nothing is called, so it can be looked at without being used. */
const isConstant = (expression: string): boolean => !expression.replace(/\(-?[\d.]+(, ?\d+)?\)/g, "").includes("(");

/** Whether nobody can say before a row is there what it will have in this column. */
export function isUncertain(merge: Merge, column: TargetColumn): boolean {
  if (column.isGenerated) return true;
  if (!insertsRows(merge)) return false;
  const one = merge.staged.given.find((given) => given.column === column);
  if (one && !merge.staged.lacking.includes(one.c)) return false;
  return column.identity !== null || !isConstant(column.expression ?? "");
}

/** What stands beside the columns of a table, under names that none of those has. */
export const written = {
  row: '"coffer: row"',
  table: '"coffer: table"',
  place: '"coffer: place"',
  nth: '"coffer: nth"',
};

/**
 * The rows that are written, as they will be: the row of the file, the place of the one that is there, and every column under its own name. What
 * is uncertain is NULL.
 */
export function writtenRows(merge: Merge): string {
  const { staged } = merge;
  const values = staged.table.columns.map((column) => {
    const name = quoteIdent(column.name);
    if (isUncertain(merge, column)) return `null::${column.type} as ${name}`;
    const one = staged.given.find((given) => given.column === column);
    const inserted = one ? insertedValue(merge, one) : `(${column.expression ?? "null"})::${column.type}`;
    const isSet = one && settable(merge).includes(one);
    const updated = isSet ? updatedValue(merge, one) : `l.${name}`;
    if (!changesRows(merge)) return `${inserted} as ${name}`;
    if (!insertsRows(merge)) return `${updated} as ${name}`;
    return `case when ${isPresent} then ${updated} else ${inserted} end as ${name}`;
  });
  const columns = [
    `s.row as ${written.row}`,
    `l.tableoid as ${written.table}`,
    `l.ctid as ${written.place}`,
    ...values,
  ];
  return `(select ${columns.join(", ")} from ${matched(merge)} where ${isWritten(merge)})`;
}

/** Of the rows of the table (`l`), those that are still there afterwards; null where all are. */
export function survives(merge: Merge): string | null {
  if (merge.rules.others === "keep") return null;
  return `exists (select from ${stagedRows(merge)} k where ${sameKey(merge, "k")})`;
}
