import type { TargetColumn, TargetSchema, TargetTable } from "@/jobs/data-import/catalog";
import type { Reading } from "@/jobs/data-import/options";
import type { Problem } from "@/jobs/data-import/report";

/** A field of the file that goes to a column of the table; `c` is its column in staging. */
export type Given = { field: string; column: TargetColumn; c: string };

/** What comes out of one source of the file. */
export type Target = {
  source: string | null;
  table: TargetTable;
  given: Given[];
  /** What tells rows apart; none where the file does not have it. */
  key: Given[];
};

type Resolved = { target: Target | null; problems: Problem[]; warnings: string[] };

type Wanted = Pick<Reading, "table" | "mapping">;

/**
 * Which table and which columns the rows of one source go to: as the mapping says, else by name. Nothing is left out in silence: what has
 * no place is a problem, unless the mapping says that it is to be left out.
 */
export function resolveSource(
  source: { name: string | null; fields: readonly string[] },
  { schema, wanted }: { schema: TargetSchema; wanted: Wanted },
): Resolved {
  const mapping = wanted.mapping?.find((one) => one.source === source.name);
  if (mapping?.table === null) return { target: null, problems: [], warnings: [] };
  const name = mapping?.table ?? wanted.table ?? source.name;
  const named = (wanted: string | null) => schema.tables.find((one) => one.name === wanted);
  const table = named(name) ?? named(decoded(name));
  if (!table) return { target: null, problems: [unknownTable(name)], warnings: [] };
  const found = source.fields.map((field) => placeOf(field, table, mapping?.columns));
  const given = found.flatMap((one) => ("column" in one ? [one] : [])).map((one, i) => ({ ...one, c: `c${i + 1}` }));
  const keys = keyOf(table, given, mapping?.key);
  return {
    target: { source: source.name, table, given, key: keys.key },
    problems: [
      ...found.flatMap((one) => ("problem" in one ? [one.problem] : [])),
      ...twice(table, given),
      ...keys.problems,
    ],
    warnings: found.flatMap((one) => ("warning" in one ? [one.warning] : [])),
  };
}

/** In a zip file, characters that a file's name cannot have everywhere come percent-encoded, as an export writes them. */
function decoded(name: string | null): string | null {
  try {
    return name && decodeURIComponent(name);
  } catch {
    return name;
  }
}

type Place = { field: string; column: TargetColumn } | { problem: Problem } | { warning: string } | { leftOut: true };

function placeOf(field: string, table: TargetTable, columns: Record<string, string | null> | undefined): Place {
  const isMapped = columns !== undefined && Object.hasOwn(columns, field);
  const name = isMapped ? columns[field] : field;
  if (name === null) return { leftOut: true };
  const column = table.columns.find((one) => one.name === name);
  if (!column) {
    const message = isMapped
      ? `The table ${table.name} has no column ${name}.`
      : `The table ${table.name} has no column ${field}. Map it to another one, or to none to leave it out.`;
    return { problem: about({ kind: "unknown_field", table: table.name, field, message }) };
  }
  // PostgreSQL would cut it off where JSON is read.
  if (Buffer.byteLength(field) > 63) {
    const message = "A field whose name is longer than 63 bytes cannot go to a column. Rename it in the file.";
    return { problem: about({ kind: "unknown_field", table: table.name, field, message }) };
  }
  if (column.isGenerated)
    return {
      warning: `${table.name}.${column.name} is computed from other columns, so what the file has for it is not used.`,
    };
  return { field, column };
}

function twice(table: TargetTable, given: Given[]): Problem[] {
  const names = given.map(({ column }) => column.name);
  return given
    .filter(({ column }, i) => names.indexOf(column.name) < i)
    .map(({ field, column }) =>
      about({
        kind: "unknown_field",
        table: table.name,
        field,
        message: `Another field goes to the column ${column.name} already.`,
      }),
    );
}

/** The key that is wanted, else the primary key. Without any the rows of the file are told apart by nothing. */
function keyOf(
  table: TargetTable,
  given: Given[],
  wanted: string[] | undefined,
): { key: Given[]; problems: Problem[] } {
  const columns = wanted ?? table.keys.find(({ isPrimary }) => isPrimary)?.columns ?? [];
  const isUnique = table.keys.some(
    (key) => key.columns.length === columns.length && columns.every((one) => key.columns.includes(one)),
  );
  if (wanted && !isUnique) {
    const message = `${wanted.join(", ")} is no unique key of the table ${table.name}.`;
    return { key: [], problems: [about({ kind: "no_key", table: table.name, field: null, message })] };
  }
  const key = columns.flatMap((name) => given.find(({ column }) => column.name === name) ?? []);
  return { key: key.length === columns.length ? key : [], problems: [] };
}

/** A problem that is not about one row. */
export const about = (problem: Pick<Problem, "kind" | "table" | "field" | "message">): Problem => ({
  ...problem,
  row: null,
  line: null,
  value: null,
});

const unknownTable = (name: string | null): Problem =>
  about({
    kind: "unknown_table",
    table: name,
    field: null,
    message:
      name === null
        ? "The file does not say which table its rows are of. Name one."
        : `There is no table ${name} in this project.`,
  });
