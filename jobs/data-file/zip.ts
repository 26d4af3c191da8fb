import { stat } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { AppError, messageOf } from "@/db/errors";
import { mostTables } from "@/jobs/data-file/limits";
import { invalid, shown } from "@/jobs/data-file/refusal";
import { asRefusal, type Budget, budgetOf, type Reading, within } from "@/jobs/data-file/unpack";

/** A table in a zip file. */
export type ZippedTable = {
  /** As the zip file calls it, for people: never a path of ours. */
  file: string;
  table: string;
  bytes(): AsyncGenerator<Buffer>;
};

/** The CSV files in a zip file, at its top or in one folder. Throws for what is no whole zip file of CSV files. */
export async function* zippedTables(reading: Reading): AsyncGenerator<ZippedTable> {
  const zip = await openZip(reading.path);
  try {
    const budget = budgetOf(reading, (await stat(reading.path)).size);
    for (const entry of await csvEntries(zip)) {
      let isAgain = false;
      const bytes = () => {
        const content = contentOf(zip, entry, { ...reading, budget });
        // Who reads it again wants to tell a line, and has been within the budget before.
        const counted = isAgain ? content : within(content, budget);
        isAgain = true;
        return counted;
      };
      yield { file: entry.fileName, table: tableOf(entry.fileName), bytes };
    }
  } finally {
    zip.close();
  }
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, { autoClose: false });
  } catch (error) {
    throw damaged(error);
  }
}

const tableOf = (name: string) => name.slice(name.lastIndexOf("/") + 1).replace(/\.csv$/i, "");

/** What a Mac adds to zip files. */
const isAddition = (name: string) => /(^|\/)(__MACOSX\/|\._)/.test(name);
const isCsv = (name: string) => /^([^/]+\/)?[^/]+\.csv$/i.test(name) && !isAddition(name);

async function csvEntries(zip: ZipFile): Promise<Entry[]> {
  const found = new Map<string, Entry>();
  let isBook = false;
  for await (const entry of entriesOf(zip)) {
    isBook ||= /^(xl\/workbook\.(xml|bin)|content\.xml)$/.test(entry.fileName);
    if (!isCsv(entry.fileName)) continue;
    const table = tableOf(entry.fileName);
    if (entry.isEncrypted()) throw invalid("The zip file is locked with a password. Pack it without one.");
    if (found.has(table)) throw invalid(`The zip file holds ${shown(table)}.csv twice.`);
    if (found.size === mostTables) throw invalid(`The zip file holds more than ${mostTables} tables.`);
    found.set(table, entry);
  }
  if (found.size > 0) return [...found.values()];
  throw isBook
    ? invalid("This is a workbook of a spreadsheet program. Save the sheet as CSV, and upload that.")
    : invalid("The zip file holds no CSV file at its top or in a folder there.");
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch (error) {
    throw damaged(error);
  }
}

type EntryReading = Reading & { budget: Budget };

async function* contentOf(zip: ZipFile, entry: Entry, { signal, budget }: EntryReading): AsyncGenerator<Buffer> {
  let sum = 0;
  let bytes = 0;
  try {
    const stream: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      signal.throwIfAborted();
      sum = crc32(chunk, sum);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw signal.aborted ? error : damaged(error);
  }
  budget.read(entry.compressedSize);
  if (sum !== entry.crc32 || bytes !== entry.uncompressedSize)
    throw invalid(`${shown(entry.fileName)} is damaged in the zip file. Pack it again.`);
}

/** yauzl says what it minds in plain errors; those of the disk have a code. */
function damaged(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const refusal = asRefusal(error);
  if (refusal !== error || !(error instanceof Error) || "code" in error) return refusal;
  return invalid(`The zip file is damaged or of an unknown kind: ${shown(messageOf(error))}`);
}
