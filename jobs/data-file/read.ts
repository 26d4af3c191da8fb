import { type CsvSource, csvSource } from "@/jobs/data-file/csv-source";
import { rowsOfDocument } from "@/jobs/data-file/json-document";
import { rowsOfLines } from "@/jobs/data-file/json-lines";
import type { JsonRows, RowListener } from "@/jobs/data-file/json-rows";
import type { FileNature } from "@/jobs/data-file/recognise";
import { csvRecords } from "@/jobs/data-file/records";
import { textOf } from "@/jobs/data-file/text";
import { type Reading, unpacked } from "@/jobs/data-file/unpack";
import { zippedTables } from "@/jobs/data-file/zip";

export type { CsvSource, JsonRows };

export type ReadOptions = Reading & { nature: FileNature };

/**
 * The tables of a file of rows, as bytes: CSV as it is, a table at a time, which is to be read before the next is asked for; JSON
 * cut into rows, some at a time. Memory is that of the largest row. Throws IMPORT_INVALID, with the line where there is one.
 */
export async function* readSources(options: ReadOptions): AsyncGenerator<CsvSource | JsonRows> {
  if (options.nature.format === "csv") yield* csvSources(options);
  else yield* jsonRows(options);
}

async function* jsonRows(options: ReadOptions, onRow?: RowListener): AsyncGenerator<JsonRows> {
  const { packing, encoding, format } = options.nature;
  const open = () => unpacked(options, packing === "gzip" ? "gzip" : "none");
  const text = textOf({ file: null, encoding, open });
  try {
    yield* format === "json" ? rowsOfDocument(text, onRow) : rowsOfLines(text, onRow);
  } finally {
    await text.return(undefined);
  }
}

async function* csvSources(options: ReadOptions): AsyncGenerator<CsvSource> {
  const { encoding, packing } = options.nature;
  const delimiter = options.nature.delimiter ?? ",";
  if (packing !== "zip") {
    const text = textOf({ file: null, encoding, open: () => unpacked(options, packing) });
    yield* oneSource(text, { file: null, table: null, delimiter });
    return;
  }
  for await (const { file, table, bytes } of zippedTables(options))
    yield* oneSource(textOf({ file, encoding, open: bytes }), { file, table, delimiter });
}

/** Closes the file also when nobody has taken its records. */
async function* oneSource(text: AsyncGenerator<Buffer>, options: Parameters<typeof csvSource>[1]) {
  try {
    yield await csvSource(text, options);
  } finally {
    await text.return(undefined);
  }
}

/**
 * Where rows of a table begin in the file: the line for each of these, counted from 1. It reads the file anew, up to the last of
 * them, so it is for telling errors.
 */
export async function linesOfRows(
  options: ReadOptions,
  table: string | null,
  rows: readonly number[],
): Promise<Map<number, number>> {
  const wanted = new Set(rows);
  const found = new Map<number, number>();
  if (options.nature.format === "csv") {
    for await (const source of csvSources(options)) {
      if (source.table !== table) continue;
      for await (const records of csvRecords(source)) {
        for (const { row, line } of records) if (wanted.has(row)) found.set(row, line);
        if (found.size === wanted.size) return found;
      }
    }
    return found;
  }
  let row = 0;
  const note: RowListener = (of, line) => {
    if (of === table && wanted.has(++row)) found.set(row, line);
  };
  for await (const _ of jsonRows(options, note)) if (found.size === wanted.size) break;
  return found;
}
