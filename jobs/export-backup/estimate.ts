import type { TableProgress } from "@/db/schema";
import type { TableInfo } from "@/jobs/postgres/inventory";

/** A look at the dump: what is being copied, and how much has reached the file. */
export type Look = {
  at: number;
  oid: number | null;
  bytes: number;
  rows: number;
  bytesWritten: number;
};

export type DumpView = {
  /** Of the dump alone, 0 to 1; never goes back. */
  fraction: number;
  bytesDone: number;
  bytesTotal: number;
  rowsDone: number;
  rowsTotal: number | null;
  tablesDone: number;
  tablesTotal: number;
  currentTable: string | null;
  bytesPerSecond: number | null;
  etaSeconds: number | null;
  tables: TableProgress[];
};

/** Opening and closing a table takes time too: an empty one counts like this many bytes. */
const perTable = 4096;
const shownTables = 200;
/** Half of what the throughput shows is younger than this. */
const rateHalfLife = 2_000;

type Entry = { info: TableInfo; expected: number; bytes: number; rows: number; counted: number | null; done: boolean };

/**
 * Follows a dump. pg_dump copies tables one after the other in the order of `tables`, so a table that stands before the
 * current one is done, also when it was too small to be seen. `learned` gives the bytes that a table had in the project's
 * last backup; where it knows nothing the size on disk has to do.
 */
export function followDump(tables: TableInfo[], learned: (name: string) => number | undefined) {
  const entries: Entry[] = tables
    .filter((table) => table.hasData)
    .map((info) => ({
      info,
      expected: learned(info.name) ?? info.bytesOnDisk,
      bytes: 0,
      rows: 0,
      counted: null,
      done: false,
    }));
  const position = new Map(entries.map((entry, index) => [entry.info.oid, index]));
  let current: number | null = null;
  let fraction = 0;
  let rate: number | null = null;
  let last: { at: number; bytes: number } | null = null;

  function finishBefore(index: number) {
    for (const entry of entries.slice(0, index)) settle(entry);
  }

  function see(look: Look) {
    const index = look.oid === null ? undefined : position.get(look.oid);
    if (index !== undefined) {
      if (current !== null && current !== index) settle(entries[current]);
      finishBefore(index);
      current = index;
      const entry = entries[index];
      if (entry)
        Object.assign(entry, { bytes: Math.max(entry.bytes, look.bytes), rows: Math.max(entry.rows, look.rows) });
    }
    const bytes = bytesDone(entries);
    if (last && look.at > last.at) {
      const now = ((bytes - last.bytes) * 1000) / (look.at - last.at);
      const weight = 0.5 ** ((look.at - last.at) / rateHalfLife);
      rate = Math.max(0, rate === null ? now : rate * weight + now * (1 - weight));
    }
    last = { at: look.at, bytes };
  }

  return {
    see,
    counted(oid: number, rows: number) {
      const entry = entries[position.get(oid) ?? -1];
      if (!entry) return;
      entry.counted = rows;
      if (entry.done) reckon(entry);
    },
    /** The dump is over: what is not done is done now. */
    finish() {
      finishBefore(entries.length);
      current = null;
    },
    view(): DumpView {
      const seen = summarize(entries, current, rate);
      fraction = Math.max(fraction, seen.fraction);
      return { ...seen, fraction };
    },
    /** What to learn for next time: bytes and rows by table. */
    measured: () =>
      new Map(entries.map(({ info, bytes, counted, rows }) => [info.oid, { bytes, rows: counted ?? rows }])),
  };
}

function settle(entry: Entry | undefined) {
  if (!entry || entry.done) return;
  entry.done = true;
  reckon(entry);
}

/**
 * What a table that is over has been. It was last seen a moment before its end, or never: the rows that were counted, which
 * may be known only later, tell how much was missed.
 */
function reckon(entry: Entry) {
  const total = entry.counted ?? entry.rows;
  if (entry.rows === 0) entry.bytes = entry.counted === 0 ? 0 : Math.max(entry.bytes, entry.expected);
  else if (total > entry.rows) entry.bytes = Math.round((entry.bytes * total) / entry.rows);
  entry.rows = total;
}

/** How much of one table is done: by rows where they are known, else by bytes, and never quite all before the end. */
function doneOf(entry: Entry): number {
  if (entry.done) return 1;
  if (entry.counted) return Math.min(0.99, entry.rows / entry.counted);
  return entry.expected > 0 ? Math.min(0.99, entry.bytes / entry.expected) : 0;
}

const bytesDone = (entries: Entry[]) => entries.reduce((sum, entry) => sum + entry.bytes, 0);

/** What a table will have been: as measured when done, as its own pace tells when it runs, as expected before. */
function totalOf(entry: Entry): number {
  if (entry.done) return entry.bytes;
  if (entry.counted && entry.rows > 0) return Math.max(entry.bytes, (entry.bytes * entry.counted) / entry.rows);
  return Math.max(entry.bytes, entry.expected);
}

function summarize(entries: Entry[], current: number | null, rate: number | null): DumpView {
  const weights = entries.map((entry) => totalOf(entry) + perTable);
  const weightTotal = weights.reduce((sum, weight) => sum + weight, 0);
  const weightDone = entries.reduce((sum, entry, i) => sum + doneOf(entry) * (weights[i] ?? 0), 0);
  const bytes = bytesDone(entries);
  const total = entries.reduce((sum, entry) => sum + totalOf(entry), 0);
  const currentEntry = current === null ? undefined : entries[current];
  const allCounted = entries.every((entry) => entry.counted !== null);
  const bytesPerSecond = rate === null ? null : Math.round(rate);
  return {
    fraction: weightTotal > 0 ? weightDone / weightTotal : 0,
    bytesDone: bytes,
    bytesTotal: Math.round(total),
    rowsDone: entries.reduce((sum, entry) => sum + entry.rows, 0),
    rowsTotal: allCounted ? entries.reduce((sum, entry) => sum + (entry.counted ?? 0), 0) : null,
    tablesDone: entries.filter((entry) => entry.done).length,
    tablesTotal: entries.length,
    currentTable: currentEntry && !currentEntry.done ? currentEntry.info.name : null,
    bytesPerSecond,
    etaSeconds: bytesPerSecond ? Math.ceil(Math.max(0, total - bytes) / bytesPerSecond) : null,
    tables: shown(entries, current),
  };
}

/** The largest tables and the current one, in the order of the dump. */
function shown(entries: Entry[], current: number | null): TableProgress[] {
  const picked =
    entries.length <= shownTables
      ? new Set(entries)
      : new Set([...entries].sort((a, b) => totalOf(b) - totalOf(a)).slice(0, shownTables - 1));
  const running = current === null ? undefined : entries[current];
  if (running) picked.add(running);
  return entries
    .filter((entry) => picked.has(entry))
    .map((entry) => ({
      name: entry.info.name,
      state: entry.done ? "done" : entry === running ? "running" : "waiting",
      rows: entry.done || entry === running ? entry.rows : null,
      bytes: entry.bytes,
      expectedBytes: Math.round(totalOf(entry)),
    }));
}
