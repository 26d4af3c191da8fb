import type postgres from "postgres";
import { batches } from "@/jobs/data/batches";
import type { DataTable } from "@/jobs/data/tables";
import { quoteLiteral } from "@/jobs/postgres/identifier";

/**
 * How PostgreSQL writes values while rows are exported, whatever the role's own settings are: so that they mean the same
 * anywhere, and no digit of a float is lost. For the transaction.
 */
export const plainSettings = `
  set local datestyle = 'ISO, YMD'; set local intervalstyle = 'iso_8601'; set local timezone = 'UTC';
  set local bytea_output = 'hex'; set local extra_float_digits = 1; set local xmloption = 'content';
  set local client_encoding = 'UTF8'; set local row_security = off`;

/** A session in whose transaction rows are copied. */
export type CopySession = Pick<postgres.Sql, "unsafe">;

export type CsvOptions = { delimiter: string; header: boolean };

/** A query's rows as CSV (RFC 4180 but for bare line feeds), as COPY writes it: NULL is nothing, an empty text is `""`. */
export function csvRows(
  session: CopySession,
  query: string,
  { delimiter, header }: CsvOptions,
): AsyncGenerator<Buffer> {
  const options = `format csv, header ${header}, delimiter ${quoteLiteral(delimiter)}`;
  return copied(session, `copy (${query}) to stdout (${options})`);
}

async function* copied(session: CopySession, statement: string): AsyncGenerator<Buffer> {
  yield* batches(await session.unsafe(statement).readable());
}

export type JsonRows = {
  table: Pick<DataTable, "columns">;
  /** A line feed after each column. */
  pretty?: boolean;
  /** SQL that makes text of the row's JSON, `j`. */
  wrap?: string;
};

/**
 * A query's rows as JSON objects, each in a line of its own unless it is `pretty`, as PostgreSQL writes them: no digit is lost.
 * COPY's text format would double backslashes, so these are CSV of one column whose quotes are bytes that JSON cannot hold; they
 * come with values that span lines, and have to be taken out (`unquoted`).
 */
export function jsonRows(
  session: CopySession,
  query: string,
  { table, pretty, wrap }: JsonRows,
): AsyncGenerator<Buffer> {
  const json = `row_to_json(t, ${pretty === true})::text`;
  const oneLine = !pretty && table.columns.some(({ type }) => mayHoldLines(type));
  const text = oneLine ? `translate(${json}, e'\\r\\n', '  ')` : json;
  const line = wrap
    ? `select ${wrap} from (select ${text} as j from (${query}) t) t`
    : `select ${text} from (${query}) t`;
  return copied(session, `copy (${line}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`);
}

/** A `json` keeps the white space that it was written with; between its tokens a line feed means no more than a blank. What else is not built in may hold one. */
const mayHoldLines = (type: string) =>
  !/^("char"|[a-z0-9 ]+(\([0-9, ]+\))?[a-z ]*(\[\])*)$/.test(type) || /^json\b/.test(type);

const quote = 1;

/** Takes out the bytes that COPY has put around values with line feeds. */
export function unquoted(piece: Buffer): Buffer {
  if (!piece.includes(quote)) return piece;
  return Buffer.from(piece.filter((byte) => byte !== quote));
}
