import { sourceOf } from "@/jobs/data/select";
import type { TargetForeignKey } from "@/jobs/data-import/catalog";
import { type Checking, noteRows } from "@/jobs/data-import/problems";
import {
  changesRows,
  isUncertain,
  isWritten,
  liveRows,
  type Merge,
  settable,
  survives,
  written,
  writtenRows,
} from "@/jobs/data-import/row-sql";
import type { Session } from "@/jobs/data-import/session";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

/**
 * Rows that would refer to nothing: those of the file whose parents are neither there nor in the file, and those of the project whose parents
 * would be deleted. Gives what goes along with what is deleted.
 */
export async function checkReferences(session: Session, checking: Checking): Promise<string[]> {
  const warnings: string[] = [];
  for (const key of checking.schema.foreignKeys) {
    const child = checking.merges.find(({ staged }) => staged.table.name === key.table);
    const parent = checking.merges.find(({ staged }) => staged.table.name === key.refTable);
    if (child) await checkParents(session, { ...checking, key, child, parent });
    if (parent?.rules.others === "delete") {
      const warning = await checkChildren(session, { ...checking, key, child, parent });
      if (warning) warnings.push(warning);
    }
  }
  return warnings;
}

type Reference = Checking & { key: TargetForeignKey; child: Merge | undefined; parent: Merge | undefined };

/** What children can refer to afterwards, in columns `p1`, `p2`, …; null when nobody can say. */
function parentsAfterwards({ schema, key, parent }: Reference): string | null {
  const table = schema.tables.find(({ name }) => name === key.refTable);
  if (!table) return null;
  const columns = key.refColumns.map((name, i) => `${quoteIdent(name)} as p${i + 1}`).join(", ");
  const stays = parent && survives(parent);
  const there = `select ${columns} from ${sourceOf(schema.schema, table)} l${stays ? ` where ${stays}` : ""}`;
  if (!parent || isWritten(parent) === "false") return there;
  const used = table.columns.filter(({ name }) => key.refColumns.includes(name));
  if (used.some((column) => isUncertain(parent, column))) return null;
  return `${there} union all select ${columns} from ${writtenRows(parent)} w`;
}

const isParent = (key: TargetForeignKey, row: string) =>
  key.columns.map((name, i) => `a.p${i + 1} = ${row}.${quoteIdent(name)}`).join(" and ");

const refers = (key: TargetForeignKey, row: string) =>
  key.columns.map((name) => `${row}.${quoteIdent(name)} is not null`).join(" and ");

async function checkParents(session: Session, reference: Reference): Promise<void> {
  const { key, child, problems } = reference;
  if (!child || isWritten(child) === "false") return;
  const { table } = child.staged;
  const used = table.columns.filter(({ name }) => key.columns.includes(name));
  const after = parentsAfterwards(reference);
  if (after === null || used.some((column) => isUncertain(child, column))) return;
  await noteRows(session, problems, {
    kind: "missing_parent",
    table: table.name,
    field: key.columns.join(", "),
    rows: `${writtenRows(child)} r where ${refers(key, "r")} and not exists (select from (${after}) a where ${isParent(key, "r")})`,
    row: written.row,
    value: `concat_ws(', ', ${key.columns.map(quoteIdent).join(", ")})`,
    message: `No row of ${key.refTable} has this ${key.refColumns.join(", ")}, neither in the project nor in the file.`,
  });
}

/** Rows of the project that the file does not write, and that refer to rows that would be deleted. */
async function checkChildren(session: Session, reference: Reference): Promise<string | null> {
  const { schema, key, child, problems } = reference;
  const after = parentsAfterwards(reference);
  const table = schema.tables.find(({ name }) => name === key.table);
  if (after === null || !table) return null;
  const from = child ? liveRows(child) : sourceOf(schema.schema, table);
  const conditions = [
    refers(key, "l"),
    `not exists (select from (${after}) a where ${isParent(key, "l")})`,
    ...(child ? stayingAsTheyAre(child, key) : []),
  ];
  const [found] = await session.unsafe<{ n: number }[]>(
    `select count(*)::float8 as n from ${from} l where ${conditions.join(" and ")}`,
  );
  const n = found?.n ?? 0;
  if (n === 0) return null;
  const rows = `${n} ${n === 1 ? "row" : "rows"} of ${key.table}`;
  if (key.onDelete === "cascade")
    return `${rows} will be deleted as well: they belong to rows of ${key.refTable} that the file does not have (${key.name}).`;
  if (key.onDelete !== "no action" && key.onDelete !== "restrict")
    return `${rows} will lose what they refer to in ${key.refTable} (${key.name}).`;
  const message = `${rows} would refer to rows of ${key.refTable} that the file does not have (${key.name}).`;
  await session.unsafe(
    `insert into ${problems} (kind, "table", field, message) values ('still_referenced', ${[key.refTable, key.refColumns.join(", "), message].map(quoteLiteral).join(", ")})`,
  );
  return null;
}

function stayingAsTheyAre(child: Merge, key: TargetForeignKey): string[] {
  const stays = survives(child);
  const isSet = changesRows(child) && settable(child).some(({ column }) => key.columns.includes(column.name));
  if (!isSet) return stays ? [stays] : [];
  // Those that the file changes are looked at as what they become.
  const changed = survives({ ...child, rules: { ...child.rules, others: "delete" } });
  return [stays, `not ${changed}`].filter((one) => one !== null);
}
