import { type FieldCounter, fieldCounter } from "@/jobs/data-file/json-keys";
import { closeList, comma, malformed, openObject, ranOut, scanContainer } from "@/jobs/data-file/json-scan";
import { cut, readOn, refusedAt, scanFault, skipSpace, type Window } from "@/jobs/data-file/json-window";

/** Whole rows of one table, one JSON object a line, no CR or LF within, LF at each end. */
export type JsonRows = {
  kind: "json";
  table: string | null;
  lines: Buffer;
  rows: number;
  /** In how many of these rows each field occurs. */
  fields: ReadonlyMap<string, number>;
};

/** Hears in which line each row begins. */
export type RowListener = (table: string | null, line: number) => void;

/** Rows of one table that are being gathered: where they are in the window. */
export type Batch = {
  table: string | null;
  onRow: RowListener | undefined;
  fields: FieldCounter;
  spans: number[];
  hasBreaks: boolean;
  bytes: number;
};

export const batchOf = (table: string | null, onRow?: RowListener): Batch => ({
  table,
  onRow,
  fields: fieldCounter(),
  spans: [],
  hasBreaks: false,
  bytes: 0,
});

/** Scans the object that begins at `window.at` as a row of the batch, and goes behind it. False when its end is not in memory. */
export function takeRow(window: Window, batch: Batch): boolean {
  const { scan, at } = window;
  batch.fields.beginRow();
  const end = scanContainer(scan, at, batch.fields.see);
  if (end === malformed) throw scanFault(window);
  if (end === ranOut) {
    batch.fields.dropRow();
    return false;
  }
  batch.onRow?.(batch.table, window.line);
  batch.spans.push(at, end);
  batch.bytes += end - at + 1;
  batch.hasBreaks ||= scan.hasBreaks;
  window.line += scan.lines;
  window.at = end;
  return true;
}

/** The rows gathered, out of the window, which may then move on. */
export function gathered(batch: Batch, { scan }: Window): JsonRows {
  const { table, spans } = batch;
  const lines = Buffer.allocUnsafe(batch.bytes);
  let to = 0;
  for (let n = 0; n < spans.length; n += 2) {
    to += scan.bytes.copy(lines, to, spans[n], spans[n + 1]);
    lines[to++] = 10;
  }
  if (batch.hasBreaks) blankBreaks(lines, spans);
  const rows = spans.length / 2;
  batch.spans = [];
  batch.bytes = 0;
  batch.hasBreaks = false;
  return { kind: "json", table, lines, rows, fields: batch.fields.take() };
}

/** No text of JSON holds one as it is, so that they are between its tokens. */
function blankBreaks(lines: Buffer, spans: number[]) {
  let start = 0;
  for (let n = 0; n < spans.length; n += 2) {
    const end = start + (spans[n + 1] ?? 0) - (spans[n] ?? 0);
    for (let at = start; at < end; at++) if (lines[at] === 10 || lines[at] === 13) lines[at] = 32;
    start = end + 1;
  }
}

/** The rows of a list whose opening bracket has been read, up to behind its closing one. An empty list is a table all the same. */
export async function* rowsOfList(window: Window, table: string | null, onRow?: RowListener): AsyncGenerator<JsonRows> {
  const batch = batchOf(table, onRow);
  const list: List = { isOver: false, expects: "rowOrEnd" };
  for (let isFirst = true; ; ) {
    takeRows(window, batch, list);
    if (batch.spans.length > 0 || (list.isOver && isFirst)) {
      isFirst = false;
      yield gathered(batch, window);
    }
    if (list.isOver) return;
    if (!(await readOn(window))) throw cut(window);
  }
}

type List = { isOver: boolean; expects: "rowOrEnd" | "row" | "separator" };

/** All rows of the list whose end is in memory. */
function takeRows(window: Window, batch: Batch, list: List): void {
  for (let byte = skipSpace(window); byte !== undefined; byte = skipSpace(window)) {
    if (byte === closeList && list.expects !== "row") {
      window.at++;
      list.isOver = true;
      return;
    }
    if (list.expects === "separator") {
      if (byte !== comma) throw refusedAt(window, window.at, "a comma is missing between two rows.");
      window.at++;
      list.expects = "row";
      continue;
    }
    if (byte !== openObject) throw noRow(window);
    if (!takeRow(window, batch)) return;
    list.expects = "separator";
  }
}

export const noRow = (window: Window) => refusedAt(window, window.at, "a row has to be an object, in braces.");
