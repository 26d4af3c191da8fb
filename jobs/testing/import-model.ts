import type { Rules } from "@/jobs/data-import/rules";

/** A value of a file: what it says, or `bad` for what no column of a number takes. */
export type Value = string | number | null;
export type FileRow = Record<string, Value>;
export type Row = Record<string, Value>;
/** Rows by table. */
export type State = Record<string, Row[]>;

/** What PostgreSQL knows of each table, told once more in the simplest words. */
type Column = { name: string; isNumber?: boolean; isRequired?: boolean; otherwise?: Value };
export type ModelTable = {
  name: string;
  columns: Column[];
  unique: string[];
  least: string | null;
  parents: Record<string, string>;
};

export const modelTables: ModelTable[] = [
  {
    name: "parents",
    columns: [
      { name: "id", isNumber: true, isRequired: true },
      { name: "code", isRequired: true },
      { name: "n", isNumber: true },
    ],
    unique: ["id", "code"],
    least: "n",
    parents: {},
  },
  {
    name: "children",
    columns: [
      { name: "id", isNumber: true, isRequired: true },
      { name: "parent", isNumber: true },
      { name: "boss", isNumber: true },
      { name: "tag", isRequired: true, otherwise: "d" },
    ],
    unique: ["id"],
    least: null,
    parents: { parent: "parents", boss: "children" },
  },
];

export type Counts = { insert: number; update: number; skip: number; delete: number };

/** How an import ends: the rows afterwards with what was done, or null when it has to fail. `isTight` where rows trade values that must be unique. */
export type Expected = { state: State; counts: Record<string, Counts>; isTight: boolean } | null;

/** What an import must come to, worked out row by row in memory, with no plan and no SQL. */
export function expectedOf(before: State, file: Record<string, FileRow[]>, rules: Rules): Expected {
  const state: State = {};
  const counts: Record<string, Counts> = {};
  let isTight = false;
  for (const table of modelTables) {
    const rows = file[table.name];
    const merged = rows
      ? merge(table, before[table.name] ?? [], { rows, rules })
      : { rows: before[table.name] ?? [], isTight: false };
    if (merged === null) return null;
    state[table.name] = merged.rows;
    if ("counts" in merged) counts[table.name] = merged.counts;
    isTight ||= merged.isTight;
  }
  return modelTables.every((table) => isAllowed(table, state)) ? { state, counts, isTight } : null;
}

type Merging = { rows: FileRow[]; rules: Rules };

function merge({ columns, unique }: ModelTable, before: Row[], { rows, rules }: Merging) {
  if (rows.some((row) => columns.some(({ name, isNumber }) => isNumber && typeof row[name] === "string"))) return null;
  const hasKey = rows.some((row) => "id" in row);
  if (
    !hasKey &&
    rows.length > 0 &&
    !(rules.absent === "insert" && (rules.others === "delete" || rules.present === "skip" || rules.present === "fail"))
  )
    return null;
  const keys = rows.flatMap(({ id }) => (id === null || id === undefined ? [] : [id]));
  if (new Set(keys).size < keys.length) return null;
  const counts: Counts = { insert: 0, update: 0, skip: 0, delete: 0 };
  const after =
    rules.others === "delete" ? before.filter(({ id }) => id !== null && keys.includes(id ?? "")) : [...before];
  counts.delete = before.length - after.length;
  const given = columns.filter(({ name }) => rows.some((row) => name in row)).map(({ name }) => name);
  let isTight = false;
  for (const row of rows) {
    const at = after.findIndex(({ id }) => id === row.id);
    const old = after[at];
    if (old && before.includes(old)) {
      if (rules.present === "fail") return null;
      const canChange = given.some((name) => name !== "id");
      if (rules.present === "skip" || !canChange) counts.skip += 1;
      else {
        const changed = changedBy(row, old, rules.present);
        isTight ||= unique.some((name) => before.some((other) => other !== old && other[name] === changed[name]));
        after[at] = changed;
        counts.update += 1;
      }
    } else if (rules.absent === "insert") {
      after.push(
        Object.fromEntries(
          columns.map(({ name, otherwise = null }) => [name, row[name] === undefined ? otherwise : row[name]]),
        ),
      );
      counts.insert += 1;
    } else counts.skip += 1;
  }
  return { rows: after, counts, isTight };
}

function changedBy(row: FileRow, old: Row, rule: Rules["present"]): Row {
  const entries = Object.entries(old).map(([name, value]) => {
    const said = row[name];
    return [name, said === undefined || (rule === "merge" && said === null) ? value : said] as const;
  });
  return Object.fromEntries(entries);
}

function isAllowed({ name, columns, unique, least, parents }: ModelTable, state: State): boolean {
  const rows = state[name] ?? [];
  const isComplete = rows.every((row) => columns.every(({ name, isRequired }) => !isRequired || row[name] !== null));
  const isUnique = unique.every((column) => {
    const values = rows.flatMap((row) => (row[column] === null ? [] : [row[column]]));
    return new Set(values).size === values.length;
  });
  const isEnough = least === null || rows.every((row) => row[least] === null || Number(row[least]) >= 0);
  const refers = ([column, to]: [string, string]) =>
    rows.every((row) => row[column] === null || (state[to] ?? []).some(({ id }) => id === row[column]));
  return isComplete && isUnique && isEnough && Object.entries(parents).every(refers);
}
