import type { ImportReport } from "@/app/trpc/types";
import { formatCount, plural } from "@/app/ui/format";

type Plan = ImportReport["tables"][number];
type Kind = ImportReport["groups"][number]["kind"];

export const problemWords: Record<Kind, string> = {
  unknown_table: "No such table",
  unknown_field: "No such column",
  no_key: "No key",
  row_width: "Too few or too many values",
  invalid_json: "Not JSON",
  invalid_value: "Not of the column's type",
  duplicate_key: "Twice in the file",
  missing_value: "Value missing",
  missing_parent: "Refers to a row that is not there",
  still_referenced: "Others refer to it",
  not_unique: "Has to be unique",
  check_failed: "Against a rule of the table",
  no_partition: "No partition for it",
  key_exists: "Key is there already",
};

type Totals = Record<"rows" | "insert" | "update" | "skip" | "delete" | "conflicts", number>;

const nothing: Totals = { rows: 0, insert: 0, update: 0, skip: 0, delete: 0, conflicts: 0 };

export const totalsOf = (tables: Omit<Plan, "table" | "source">[]): Totals =>
  tables.reduce(
    (sum, plan) => ({
      rows: sum.rows + plan.rows,
      insert: sum.insert + plan.insert,
      update: sum.update + plan.update,
      skip: sum.skip + plan.skip,
      delete: sum.delete + plan.delete,
      conflicts: sum.conflicts + plan.conflicts,
    }),
    nothing,
  );

/** What the button says: `Import 1,234 rows`, or what else it does; null when it would do nothing. */
export function importWord(totals: Totals): string | null {
  const written = totals.insert + totals.update;
  if (written > 0) return `Import ${plural(written, "row")}`;
  return totals.delete > 0 ? `Delete ${plural(totals.delete, "row")}` : null;
}

const will = [
  ["insert", "to add"],
  ["update", "to change"],
  ["delete", "to delete"],
  ["skip", "to leave out"],
] as const;

const done = [
  ["insert", "added"],
  ["update", "changed"],
  ["delete", "deleted"],
  ["skip", "left out"],
] as const;

/** `1,234 rows added, 6 left out`; what there is none of is not told. `will` is for what has not happened yet. */
export function actionWords(totals: Totals, tense: "will" | "done" = "done"): string {
  const words = tense === "done" ? done : will;
  const parts = words.flatMap(([name, word]) => (totals[name] > 0 ? [{ count: totals[name], word }] : []));
  if (parts.length === 0) return tense === "done" ? "No row was changed" : "No row to change";
  return parts
    .map(({ count, word }, at) => `${at === 0 ? plural(count, "row") : formatCount(count)} ${word}`)
    .join(", ");
}

/** `customers.email`, or as much of it as a problem has. */
export const placeWord = ({ table, field }: { table: string | null; field: string | null }): string =>
  [table, field].filter((part) => part !== null).join(".");

/** `row 7`, `rows 2-5, 9`; nothing where it is about no row. */
export const rowsWord = (rows: string): string => rows && `${/^\d+$/.test(rows) ? "row" : "rows"} ${rows}`;
