import { type CsvPiece, csvPieces } from "@/jobs/data-file/csv-scan";
import { csvValues } from "@/jobs/data-file/csv-values";
import { mostFields, mostHeaderBytes, mostNameBytes } from "@/jobs/data-file/limits";
import { invalidAt, type Place, shown } from "@/jobs/data-file/refusal";
import { lineFeeds } from "@/jobs/data-file/text";

/** One table of CSV: the header's names and the records after it, as UTF-8 bytes with quoting intact, LF or CRLF as they are, without BOM. */
export type CsvSource = {
  kind: "csv";
  table: string | null;
  delimiter: string;
  header: string[];
  /** Whole records, some at a time. */
  records: AsyncIterable<Buffer>;
  /** The same with their lines; either of the two can be read, once. */
  pieces: AsyncIterable<CsvPiece[]>;
};

export type CsvOptions = { file: string | null; table: string | null; delimiter: string };

/** Reads the header of CSV. The rest is read by whoever takes the records. */
export async function csvSource(text: AsyncGenerator<Buffer>, options: CsvOptions): Promise<CsvSource> {
  const { file, table, delimiter } = options;
  const { bytes, rest, place } = await firstRecord(text, file);
  const header = namesOf(bytes, { ...options, place });
  const line = place.line + lineFeeds(bytes);
  const pieces = csvPieces(follow(rest, text), { file, line, skipsEmpty: header.length > 1 });
  return { kind: "csv", table, delimiter, header, records: joined(pieces), pieces };
}

async function* joined(pieces: AsyncIterable<CsvPiece[]>): AsyncGenerator<Buffer> {
  for await (const some of pieces) {
    const [first, ...more] = some.map(({ bytes }) => bytes);
    if (first) yield more.length > 0 ? Buffer.concat([first, ...more]) : first;
  }
}

async function* follow(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** The first line that is not empty, with the lines that it goes on in. */
async function firstRecord(text: AsyncGenerator<Buffer>, file: string | null) {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const start = /^[\r\n]*/.exec(bytes.toString("latin1", 0, mostHeaderBytes))?.[0].length ?? 0;
    const place: Place = { file, line: 1 + lineFeeds(bytes.subarray(0, start)) };
    const end = recordEnd(bytes, start);
    if (end > 0) return { bytes: bytes.subarray(start, end), rest: bytes.subarray(end), place };
    if (bytes.length > mostHeaderBytes)
      throw invalidAt(place, `the header has more than ${mostHeaderBytes / 1024 / 1024} MB.`);
    const { value, done } = await text.next();
    if (!done) bytes = Buffer.concat([bytes, value]);
    else if (start === bytes.length) throw invalidAt(place, "there is no header: the file is empty.");
    else return { bytes: bytes.subarray(start), rest: Buffer.alloc(0), place };
  }
}

/** Behind the line feed that ends a record; 0 when there is none. */
function recordEnd(bytes: Buffer, start: number): number {
  let isQuoted = false;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 34) isQuoted = !isQuoted;
    else if (bytes[at] === 10 && !isQuoted) return at + 1;
  }
  return 0;
}

function namesOf(bytes: Buffer, { delimiter, place }: CsvOptions & { place: Place }): string[] {
  const text = bytes.toString();
  const { values } = csvValues(text, 0, delimiter);
  const names = values.map((value) => value ?? "");
  const known = new Set<string>();
  if (/\r(?!\n|$)/.test(names.join("")))
    throw invalidAt(place, "its lines end with carriage returns alone. Save it with line feeds.");
  if ((text.split('"').length - 1) % 2 === 1) throw invalidAt(place, "a quote in the header is never closed.");
  if (names.length > mostFields) throw invalidAt(place, `the header has more than ${mostFields} columns.`);
  for (const [n, name] of names.entries()) {
    if (name.trim() === "") throw invalidAt(place, `column ${n + 1} has no name.`);
    if (Buffer.byteLength(name) > mostNameBytes)
      throw invalidAt(place, `the name of column ${n + 1} has more than ${mostNameBytes} bytes.`);
    if (known.has(name)) throw invalidAt(place, `two columns are called ${JSON.stringify(shown(name))}.`);
    known.add(name);
  }
  return names;
}
