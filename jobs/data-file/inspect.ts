import { csvSource } from "@/jobs/data-file/csv-source";
import { type Head, headOf, tablesIn, textOfHead, unpackedHead } from "@/jobs/data-file/head";
import { rowsOfDocument } from "@/jobs/data-file/json-document";
import { rowsOfLines } from "@/jobs/data-file/json-lines";
import { membersOf } from "@/jobs/data-file/json-members";
import type { JsonRows } from "@/jobs/data-file/json-rows";
import { type FileNature, type Hints, recognise } from "@/jobs/data-file/recognise";
import { csvRecords } from "@/jobs/data-file/records";

export type InspectedTable = {
  name: string | null;
  fields: string[];
  /** The first ones, as text; null where there is no value. */
  rows: (string | null)[][];
};

/** The head of a file for a person who maps its fields: the tables in it as far as the head shows them. */
type Inspection = FileNature & {
  /** Whether the head was all of it. */
  isWhole: boolean;
  tables: InspectedTable[];
};

const headBytes = 256 * 1024;
const mostRows = 20;
const mostCharacters = 200;
/** Of a zip file, which is read at as many places. */
const mostZipped = 200;

/** Throws IMPORT_INVALID for what is no file of rows, or has a fault in its head. */
export async function inspect(path: string, hints: Hints = {}): Promise<Inspection> {
  const nature = await recognise(path, hints);
  if (nature.packing === "zip") return { ...nature, ...(await zipped(path, nature)) };
  const head = await unpackedHead(path, nature.packing, headBytes);
  if (nature.format === "csv") {
    const table = await csvTable(head, { ...nature, file: null, table: null });
    return { ...nature, isWhole: head.isWhole, tables: [table] };
  }
  return { ...nature, isWhole: head.isWhole, tables: await jsonTables(head, nature) };
}

async function zipped(path: string, nature: FileNature) {
  const tables: InspectedTable[] = [];
  let isWhole = true;
  for await (const { file, table, bytes } of tablesIn(path)) {
    const head = await headOf(bytes(), headBytes);
    tables.push(await csvTable(head, { ...nature, file, table }));
    isWhole &&= head.isWhole;
    if (tables.length === mostZipped) return { tables, isWhole: false };
  }
  return { tables, isWhole };
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

type CsvHead = FileNature & { file: string | null; table: string | null };

async function csvTable(head: Head, { file, table, encoding, delimiter }: CsvHead): Promise<InspectedTable> {
  const { bytes } = await textOfHead(head, { file, encoding });
  const whole = head.isWhole ? bytes : bytes.subarray(0, lastRecordEnd(bytes));
  const source = await csvSource(once(whole), { file, table, delimiter: delimiter ?? "," });
  const rows: (string | null)[][] = [];
  for await (const records of csvRecords(source)) {
    for (const { values } of records) rows.push(values.map(shortened));
    if (rows.length >= mostRows) break;
  }
  return { name: table, fields: source.header, rows: rows.slice(0, mostRows) };
}

/** Where the last whole record ends; all of it when there is none, since then the header alone is larger. */
function lastRecordEnd(bytes: Buffer): number {
  let isQuoted = false;
  let end = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 34) isQuoted = !isQuoted;
    else if (bytes[at] === 10 && !isQuoted) end = at + 1;
  }
  return end || bytes.length;
}

type JsonTable = { fields: Set<string>; rows: Map<string, string | null>[] };

async function jsonTables(head: Head, { format, encoding }: FileNature): Promise<InspectedTable[]> {
  const tables = new Map<string | null, JsonTable>();
  const { bytes } = await textOfHead(head, { file: null, encoding });
  const text = head.isWhole ? once(bytes) : beginning(bytes);
  try {
    for await (const rows of format === "json" ? rowsOfDocument(text) : rowsOfLines(text)) addRows(tables, rows);
  } catch (error) {
    if (error !== headEnds) throw error;
  }
  return [...tables].map(([name, { fields, rows }]) => ({
    name,
    fields: [...fields],
    rows: rows.map((row) => [...fields].map((field) => row.get(field) ?? null)),
  }));
}

const headEnds = new Error("the head ends");

/** Whoever asks for more than the head has read all whole rows of it. */
async function* beginning(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
  throw headEnds;
}

function addRows(tables: Map<string | null, JsonTable>, { table, lines, fields }: JsonRows): void {
  const known = tables.get(table) ?? { fields: new Set(), rows: [] };
  tables.set(table, known);
  for (const field of fields.keys()) known.fields.add(field);
  for (let start = 0; start < lines.length && known.rows.length < mostRows; ) {
    const end = lines.indexOf(10, start);
    known.rows.push(valuesOf(lines.subarray(start, end)));
    start = end + 1;
  }
}

/** An object's values as text, so that no digit is lost. */
function valuesOf(object: Buffer): Map<string, string | null> {
  return new Map(
    membersOf(object).map(({ name, start, end }) => {
      const text = object.toString("utf8", start, end);
      return [name, shortened(text === "null" ? null : text.startsWith('"') ? String(JSON.parse(text)) : text)];
    }),
  );
}

const shortened = (value: string | null) =>
  value !== null && value.length > mostCharacters ? `${value.slice(0, mostCharacters)}…` : value;
