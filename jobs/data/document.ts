import { guarded } from "@/jobs/data/guard";
import { type CopySession, csvRows, jsonRows, unquoted } from "@/jobs/data/rows";
import { type Selection, selectOf } from "@/jobs/data/select";
import type { DataTable } from "@/jobs/data/tables";
import { quoteLiteral } from "@/jobs/postgres/identifier";

export type Wanted = { table: DataTable; selection?: Selection };

type DocumentOptions = {
  schema: string;
  tables: Wanted[];
  pretty?: boolean;
  /** What comes before the rows, under `metadata`; none without it. */
  metadata?: unknown;
  /** Hears of each table before its rows. */
  onTable?: (name: string) => void;
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
    const rows = jsonRows(session, query, { table, pretty, wrap: "j || ','" });
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
    yield* lines(jsonRows(session, selectOf(schema, table, selection), { table, wrap }));
  }
}

type CsvFile = { schema: string; wanted: Wanted; delimiter: string; guardFormulas?: boolean };

/** One table's rows as CSV with a header. In the session's transaction. */
export async function* csvFile(
  session: CopySession,
  { schema, wanted, delimiter, guardFormulas = false }: CsvFile,
): AsyncGenerator<Buffer> {
  const query = selectOf(schema, wanted.table, wanted.selection);
  const cells = guardFormulas ? guarded(query, wanted.table) : query;
  yield* csvRows(session, cells, { delimiter, header: true });
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
