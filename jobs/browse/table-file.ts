import { linesOf, valuesOf } from "@/jobs/browse/copy-text";
import type { DumpedObject } from "@/jobs/browse/definitions";
import type { OpenTable } from "@/jobs/browse/dump";
import { jsonValue } from "@/jobs/browse/json-value";
import { ident, lastPart, name as qualifiedName } from "@/jobs/browse/sql-text";

export const tableFormats = ["csv", "json", "sql"] as const;
export type TableFormat = (typeof tableFormats)[number];

/** One table of a backup as a file. CSV as `COPY … (format csv, header)` writes it, JSON as an array of objects; both in UTF-8. */
export function tableFile(format: TableFormat, table: OpenTable, name: string): AsyncGenerator<string | Buffer> {
  if (format === "csv") return csvOf(table);
  return format === "json" ? jsonOf(table) : sqlOf(table, name);
}

async function* csvOf({ columns, copy }: OpenTable): AsyncGenerator<string> {
  const isSingle = columns.length === 1;
  const csvLine = (line: string) =>
    isNotPlain.test(line)
      ? valuesOf(line, columns.length)
          .map((value) => csvField(value, isSingle))
          .join(",")
      : line.replaceAll("\t", ",");
  yield `${columns.map(({ name }) => csvField(name, isSingle)).join(",")}\n`;
  for await (const lines of linesOf(copy.data, copy.decode)) yield `${lines.map(csvLine).join("\n")}\n`;
}

/** Has something to escape, a NULL or an empty text. Most lines of most tables have not, and take no further look. */
const isNotPlain = /[",\\\r]|^\t|\t\t|\t$|^$/;

/** NULL is nothing, an empty text is `""`. Alone in its line `\.` would end the data. */
function csvField(value: string | null, isSingle: boolean): string {
  if (value === null) return "";
  const isPlain = value !== "" && !/[",\n\r]/.test(value) && !(isSingle && value === "\\.");
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`;
}

async function* jsonOf({ columns, copy }: OpenTable): AsyncGenerator<string> {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let before = "[\n";
  for await (const lines of linesOf(copy.data, copy.decode)) {
    const rows = lines.map((line) => {
      const values = valuesOf(line, columns.length);
      return `{${columns.map(({ json }, i) => names[i] + jsonValue(values[i] ?? null, json)).join(",")}}`;
    });
    yield before + rows.join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/**
 * What makes the table, with its rows before its indexes, as pg_dump has them, and the sequences that it owns. In the backup's
 * own encoding, as its rows are.
 */
async function* sqlOf({ copy, known, definitions }: OpenTable, name: string): AsyncGenerator<string | Buffer> {
  const create = known.objects.find(isTable(name))?.statements[0] ?? "";
  const schema = /^CREATE [A-Z ]*TABLE ((?:"[^"]*")+|[^".\s]+)\./.exec(create)?.[1];
  const owned = known.objects.flatMap(({ kind, statements }) =>
    kind === "sequence" && statements.some((statement) => ownedBy(statement) === name) ? statements : [],
  );
  const isLate = (statement: string) => ownedBy(statement) !== null;
  yield "-- One table of a backup. What it refers to elsewhere has to be there before: types, functions, other tables.\n\n";
  const head = [
    known.settings,
    schema ? `CREATE SCHEMA IF NOT EXISTS ${schema};` : "",
    ...owned.filter((one) => !isLate(one)),
  ];
  yield [...head, create, ""].filter((text, i) => text || i > head.length).join("\n\n");
  yield copy.bytes;
  yield "\n";
  yield* copy.data;
  const { objects } = await definitions();
  const after = objects.find(isTable(name))?.statements.slice(1) ?? [];
  yield ["\\.", ...owned.filter(isLate), ...after, ""].join("\n\n");
}

const isTable = (name: string) => (object: DumpedObject) => object.name === name && object.kind.endsWith("table");

const ownership = new RegExp(`^ALTER SEQUENCE ${qualifiedName} OWNED BY (${qualifiedName})\\.${ident};$`);
/** The table that a statement gives a sequence to. */
function ownedBy(statement: string): string | null {
  const table = ownership.exec(statement)?.[1];
  return table === undefined ? null : lastPart(table);
}
