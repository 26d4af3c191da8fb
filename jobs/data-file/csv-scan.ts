import { mostRecordBytes } from "@/jobs/data-file/limits";
import { invalidAt, type Place } from "@/jobs/data-file/refusal";

/** Whole records of CSV, one after the other in the file, and the line in which they begin. */
export type CsvPiece = { bytes: Buffer; line: number };

type CsvScan = {
  file: string | null;
  /** The line in which the text begins. */
  line: number;
  /** Whether empty lines are no records: they are one NULL where there is one column only. */
  skipsEmpty: boolean;
};

const quote = 34;
const lineFeed = 10;
const carriageReturn = 13;
const backslash = 92;
/** What may be unusual has no more bytes than these before its line feed. */
const shortBytes = 3;
/** COPY takes this line for the end of all data, unless it is quoted. */
const endMark = /^\\\.(\r?\n?)$/;

/**
 * CSV cut between records, as COPY finds them: quotes come in pairs, and a line feed outside of them ends a record. Empty lines
 * are left out. Throws for quotes that are never closed, and for records that are too large.
 */
export async function* csvPieces(text: AsyncIterable<Buffer>, scan: CsvScan): AsyncGenerator<CsvPiece[]> {
  const { line } = scan;
  const cutter: Cutter = { ...scan, held: [], heldBytes: 0, recordLine: line, isQuoted: false, quoteLine: line };
  for await (const chunk of text) {
    const pieces = take(cutter, chunk);
    if (pieces.length > 0) yield pieces;
  }
  const pieces = end(cutter);
  if (pieces.length > 0) yield pieces;
}

type Cutter = CsvScan & {
  /** The beginning of a record whose end is yet to come, and the line in which it begins. */
  held: Buffer[];
  heldBytes: number;
  recordLine: number;
  isQuoted: boolean;
  quoteLine: number;
};

/** The whole records that end in a chunk. One loop over the bytes: this is what reading CSV costs. */
function take(cutter: Cutter, chunk: Buffer): CsvPiece[] {
  const run: Run = { cutter, chunk, start: 0, line: cutter.recordLine, pieces: [] };
  let { isQuoted, line, recordLine } = cutter;
  let start = 0;
  for (let at = 0; at < chunk.length; at++) {
    const byte = chunk[at] ?? 0;
    // Nearly all are: one comparison for most.
    if (byte > quote) continue;
    if (byte === quote) {
      isQuoted = !isQuoted;
      if (isQuoted) cutter.quoteLine = line;
    } else if (byte === lineFeed) {
      line++;
      if (isQuoted) continue;
      if (at - start <= shortBytes && mayBeUnusual(chunk, start))
        replaceUnusual(run, { start, end: at + 1, line: recordLine });
      start = at + 1;
      recordLine = line;
    }
  }
  Object.assign(cutter, { isQuoted, line, recordLine });
  if (start > run.start) put(run, chunk.subarray(run.start, start));
  hold(cutter, chunk.subarray(start));
  return run.pieces;
}

/** By its first byte. What begins in the chunk before is always looked at. */
function mayBeUnusual(chunk: Buffer, start: number): boolean {
  const first = chunk[start];
  return start === 0 || first === lineFeed || first === carriageReturn || first === backslash;
}

/** Records in a row, up to the end of the one that is being read: from `start` in the chunk, with what is held before it. */
type Run = { cutter: Cutter; chunk: Buffer; start: number; line: number; pieces: CsvPiece[] };
type Record = { start: number; end: number; line: number };

function put({ cutter, pieces, line }: Run, rest: Buffer): void {
  const bytes = cutter.held.length > 0 ? Buffer.concat([...cutter.held, rest]) : rest;
  if (bytes.length > 0) pieces.push({ bytes, line });
  cutter.held = [];
  cutter.heldBytes = 0;
}

/** A record may be none, or one that COPY would take for something else: then the run ends before it, and another begins behind it. */
function replaceUnusual(run: Run, { start, end, line }: Record): void {
  const { cutter, chunk } = run;
  const isFirst = start === 0;
  const instead = insteadOf(Buffer.concat([...(isFirst ? cutter.held : []), chunk.subarray(start, end)]), cutter);
  if (instead === null) return;
  if (start > run.start) put(run, chunk.subarray(run.start, start));
  cutter.held = [];
  cutter.heldBytes = 0;
  run.line = line;
  put(run, instead);
  run.start = end;
  run.line = line + 1;
}

function insteadOf(record: Buffer, { skipsEmpty }: CsvScan): Buffer | null {
  if (record.length > shortBytes + 1) return null;
  const text = record.toString("latin1");
  if (skipsEmpty && /^\r?\n?$/.test(text)) return Buffer.alloc(0);
  const mark = endMark.exec(text);
  return mark ? Buffer.from(`"\\."${mark[1]}`) : null;
}

function hold(cutter: Cutter, rest: Buffer): void {
  if (rest.length > 0) cutter.held.push(rest);
  cutter.heldBytes += rest.length;
  if (cutter.heldBytes <= mostRecordBytes) return;
  const place: Place = { file: cutter.file, line: cutter.recordLine };
  const hint = cutter.isQuoted ? ` Its quote in line ${cutter.quoteLine} may not be closed.` : "";
  throw invalidAt(place, `a record has more than ${mostRecordBytes / 1024 / 1024} MB.${hint}`);
}

/** The last record, whose line may have no end. */
function end(cutter: Cutter): CsvPiece[] {
  if (cutter.isQuoted) throw invalidAt({ file: cutter.file, line: cutter.quoteLine }, "a quote is never closed.");
  const last = Buffer.concat(cutter.held);
  const bytes = insteadOf(last, cutter) ?? last;
  return bytes.length > 0 ? [{ bytes, line: cutter.recordLine }] : [];
}
