import { nameOf } from "@/jobs/data-file/json-keys";
import { membersOf } from "@/jobs/data-file/json-members";
import {
  type Batch,
  batchOf,
  gathered,
  type JsonRows,
  noRow,
  type RowListener,
  takeRow,
} from "@/jobs/data-file/json-rows";
import { closeObject, malformed, openObject, quote, ranOut, scanContainer } from "@/jobs/data-file/json-scan";
import {
  cut,
  emptyFile,
  nextByte,
  readOn,
  refusedAt,
  scanFault,
  skipSpace,
  type Window,
  windowOf,
} from "@/jobs/data-file/json-window";
import { mostTables } from "@/jobs/data-file/limits";
import { lineFeeds } from "@/jobs/data-file/text";

/** The rows of NDJSON, some at a time: of one table as they are, of several as `{"table": "clients", "row": {…}}`. */
export async function* rowsOfLines(text: AsyncGenerator<Buffer>, onRow?: RowListener): AsyncGenerator<JsonRows> {
  const window = windowOf(text);
  if ((await nextByte(window)) === undefined) throw emptyFile();
  while (scanContainer(window.scan, window.at) === ranOut && (await readOn(window)));
  const take = isNamed(window) ? namedRows(onRow) : plainRows(onRow);
  for (;;) {
    const isWhole = take.rows(window);
    for (const batch of take.batches.values()) if (batch.spans.length > 0) yield gathered(batch, window);
    if (await readOn(window)) continue;
    if (isWhole) return;
    throw cut(window);
  }
}

type Taker = {
  batches: Map<string | null, Batch>;
  /** Takes all rows whose end is in memory. Whether it was left between two. */
  rows(window: Window): boolean;
};

/** Whether the first line names its table. */
function isNamed({ scan, at }: Window): boolean {
  const end = scan.bytes[at] === openObject ? scanContainer(scan, at) : ranOut;
  return end > 0 && namedRow(scan.bytes.subarray(at, end)) !== null;
}

/** The table that a line names, and where in it the row is. */
function namedRow(line: Buffer) {
  const members = membersOf(line);
  const table = members.find(({ name }) => name === "table");
  const row = members.find(({ name }) => name === "row");
  if (members.length !== 2 || !table || !row) return null;
  if (line[table.start] !== quote || line[row.start] !== openObject) return null;
  return { name: nameOf(line.subarray(table.start + 1, table.end - 1)), start: row.start, isLast: row.end > table.end };
}

function plainRows(onRow?: RowListener): Taker {
  const batch = batchOf(null, onRow);
  return {
    batches: new Map([[null, batch]]),
    rows(window) {
      for (let byte = skipSpace(window); byte !== undefined; byte = skipSpace(window)) {
        if (byte !== openObject) throw noRow(window);
        if (!takeRow(window, batch)) return false;
      }
      return true;
    },
  };
}

/**
 * Lines that name their table mostly begin as the line before: then the row is scanned right away. Other lines are scanned as
 * a whole first, to find their parts.
 */
function namedRows(onRow?: RowListener): Taker {
  const batches = new Map<string | null, Batch>();
  let usual: { start: Buffer; batch: Batch } | null = null;
  let isWithin = false;

  function batchFor(window: Window, table: string): Batch {
    const batch = batches.get(table) ?? batchOf(table, onRow);
    if (batches.size === mostTables) throw refusedAt(window, window.at, `there are more than ${mostTables} tables.`);
    batches.set(table, batch);
    return batch;
  }

  /** False when the line's end is not in memory. */
  function unusualLine(window: Window): boolean {
    const { scan, at } = window;
    const end = scanContainer(scan, at);
    if (end === malformed) throw scanFault(window);
    if (end === ranOut) return false;
    const row = namedRow(scan.bytes.subarray(at, end));
    if (!row) throw refusedAt(window, at, 'a line has to be {"table": "…", "row": {…}}, as the first one is.');
    const batch = batchFor(window, row.name);
    passTo(window, at + row.start);
    takeRow(window, batch);
    if (row.isLast) usual = { start: Buffer.from(scan.bytes.subarray(at, at + row.start)), batch };
    passTo(window, end);
    return true;
  }

  /** The same for a line that begins as usual: its closing brace is yet to come. */
  function usualLine(window: Window, { start, batch }: { start: Buffer; batch: Batch }): boolean {
    const { at, line } = window;
    passTo(window, at + start.length);
    const byte = window.scan.bytes[window.at];
    isWithin = byte === openObject && takeRow(window, batch);
    if (!isWithin) Object.assign(window, { at, line });
    return isWithin || (byte !== undefined && byte !== openObject && unusualLine(window));
  }

  return {
    batches,
    rows(window) {
      for (let byte = skipSpace(window); byte !== undefined; byte = skipSpace(window)) {
        if (isWithin) {
          if (byte !== closeObject) throw refusedAt(window, window.at, "a line has more than a table and a row.");
          window.at++;
          isWithin = false;
        } else if (byte !== openObject) throw noRow(window);
        else if (!(usual && beginsWith(window, usual.start) ? usualLine(window, usual) : unusualLine(window)))
          return false;
      }
      return !isWithin;
    },
  };
}

function passTo(window: Window, at: number): void {
  window.line += lineFeeds(window.scan.bytes.subarray(window.at, at));
  window.at = at;
}

function beginsWith({ scan, at }: Window, start: Buffer): boolean {
  let same = 0;
  while (same < start.length && scan.bytes[at + same] === start[same]) same++;
  return same === start.length;
}
