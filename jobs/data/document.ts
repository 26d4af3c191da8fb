import { type CopySession, csvRows, jsonRows, unquoted } from "@/jobs/data/rows";
import { type Selection, selectOf } from "@/jobs/data/select";
import type { DataTable } from "@/jobs/data/tables";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

export type Wanted = { table: DataTable; selection?: Selection };

export type DocumentOptions = {
  schema: string;
  tables: Wanted[];
  pretty?: boolean;
  /** What comes before the rows, under `metadata`; none without it. */
  metadata?: unknown;
  /** Hears of each table as it is begun. */
  onTable?(table: string): void;
};

/**
 * Rows of tables as one JSON document, in as much memory as a row takes: `{"clients": [{…}], …}`; with metadata
 * `{"metadata": …, "data": {"clients": […], …}}`. In the session's transaction.
 */
export async function* jsonDocument(session: CopySession, options: DocumentOptions): AsyncGenerator<Buffer> {
  const { schema, tables, pretty = false, metadata, onTable } = options;
  const head = metadata === undefined ? "" : `{"metadata":${JSON.stringify(metadata, null, pretty ? 2 : 0)},\n"data":`;
  yield Buffer.from(`${head}{`);
  for (const [n, { table, selection }] of tables.entries()) {
    onTable?.(table.name);
    yield Buffer.from(`${n > 0 ? "," : ""}\n${JSON.stringify(table.name)}:[\n`);
    const query = selectOf(schema, table, selection);
    const rows = await jsonRows(session, query, { table, pretty, wrap: "j || ','" });
    yield* withoutLast(lines(rows), ",\n".length);
    yield Buffer.from("\n]");
  }
  yield Buffer.from(`\n}${head && "}"}\n`);
}

/** Rows as lines of JSON: of one table as they are, of several as `{"table": "clients", "row": {…}}`. In the session's transaction. */
export async function* jsonLines(
  session: CopySession,
  { schema, tables, onTable }: DocumentOptions,
): AsyncGenerator<Buffer> {
  for (const { table, selection } of tables) {
    onTable?.(table.name);
    const name = quoteLiteral(JSON.stringify(table.name));
    const wrap = tables.length > 1 ? `'{"table":' || ${name} || ',"row":' || j || '}'` : undefined;
    yield* lines(await jsonRows(session, selectOf(schema, table, selection), { table, wrap }));
  }
}

export type CsvFile = { schema: string; wanted: Wanted; delimiter: string; guards?: boolean };

/** One table's rows as CSV with a header. In the session's transaction. */
export async function* csvFile(
  session: CopySession,
  { schema, wanted: { table, selection }, delimiter, guards = false }: CsvFile,
): AsyncGenerator<Buffer> {
  const query = selectOf(schema, table, selection);
  yield* await csvRows(session, guards ? guarded(query, table) : query, { delimiter, header: true });
}

/** Of types whose values never are a formula, or mean something else with an apostrophe. */
const harmless =
  /^(smallint|integer|bigint|numeric|real|double|money|date|time|interval|boolean|uuid|bytea|json|oid|inet|cidr)/;

/** A text that a spreadsheet would take for a formula comes with an apostrophe before it (OWASP, "CSV Injection"). */
function guarded(query: string, { columns }: DataTable): string {
  const values = columns.map(({ name, type }) => {
    const column = quoteIdent(name);
    if (harmless.test(type)) return column;
    return `case when ${column}::text ~ e'^[=+@\\t\\r-]' then '''' || ${column}::text else ${column}::text end as ${column}`;
  });
  return `select ${values.join(", ")} from (${query}) t`;
}

async function* lines(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of rows) yield unquoted(piece);
}

/** All but so many bytes at the end. */
async function* withoutLast(pieces: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const all = piece.length < bytes ? Buffer.concat([held, piece]) : piece;
    if (all === piece) yield held;
    held = all;
  }
  yield held.subarray(0, Math.max(0, held.length - bytes));
}
