import path from "node:path";
import type { DataFormat } from "@/jobs/data/format";
import { type Head, headOf, rawHead, tablesIn, textOfHead, unpackedHead } from "@/jobs/data-file/head";
import { invalid } from "@/jobs/data-file/refusal";
import { delimiterOf, encodingOf, formatOf } from "@/jobs/data-file/sniff";
import type { Encoding } from "@/jobs/data-file/text";

export type FileNature = {
  format: DataFormat;
  packing: "none" | "gzip" | "zip";
  encoding: Encoding;
  /** Of CSV. */
  delimiter: string | null;
};

/** What somebody knows of a file. */
export type Hints = { filename?: string; format?: DataFormat; delimiter?: string; encoding?: Encoding };

const headBytes = 64 * 1024;

/** Looks at the head of a file of rows, through its compression. Throws IMPORT_INVALID for what is none, and says what it may be. */
export async function recognise(file: string, hints: Hints = {}): Promise<FileNature> {
  const raw = await rawHead(file, headBytes);
  if (raw.length === 0) throw invalid("The file is empty.");
  refuseOthers(raw);
  const packing = packingOf(raw);
  if (packing === "zip" && hints.format && hints.format !== "csv")
    throw invalid("A zip file is taken with CSV files in it only. Pack JSON with gzip.");
  const head = packing === "zip" ? await firstTable(file) : await unpackedHead(file, packing, headBytes);
  if (packing === "gzip") refusePackedTwice(head.bytes);
  return natureOf(head, packing, hints);
}

function packingOf(raw: Buffer): FileNature["packing"] {
  if (raw[0] === 0x1f && raw[1] === 0x8b) return "gzip";
  return ["504b0304", "504b0506"].includes(raw.toString("hex", 0, 4)) ? "zip" : "none";
}

async function firstTable(file: string): Promise<Head> {
  for await (const { bytes } of tablesIn(file)) return headOf(bytes(), headBytes);
  throw invalid("The zip file holds no CSV file.");
}

async function natureOf(head: Head, packing: FileNature["packing"], hints: Hints): Promise<FileNature> {
  if (head.bytes.length === 0) throw invalid("The file is empty.");
  const encoding = hints.encoding ?? encodingOf(head);
  const text = (await textOfHead(head, { file: null, encoding })).bytes;
  if (/^\s*$/.test(text.toString("latin1"))) throw invalid("The file is empty but for white space.");
  refuseMarkup(text);
  const name = path.basename(hints.filename ?? "").toLowerCase();
  const format = packing === "zip" ? "csv" : (hints.format ?? formatOf({ bytes: text, isWhole: head.isWhole }, name));
  const delimiter = format === "csv" ? (hints.delimiter ?? delimiterOf(text)) : null;
  if (delimiter !== null && !/^[\t\x20\x21\x23-\x7e]$/.test(delimiter))
    throw invalid("A delimiter has to be one ASCII character, and no quote.");
  return { format, packing, encoding, delimiter };
}

const dumpHint = "This is a dump by pg_dump. Make a project of it, in the list of projects.";

/** What begins with these bytes is known, and not taken. */
const others: [string, string][] = [
  ["PGDMP", dumpHint],
  ["toc.dat\0", dumpHint],
  ["\x28\xb5\x2f\xfd", "The file is packed with zstd. Pack it with gzip, or not at all."],
  ["BZh", "The file is packed with bzip2. Pack it with gzip, or not at all."],
  ["\xfd7zXZ", "The file is packed with xz. Pack it with gzip, or not at all."],
  ["7z\xbc\xaf", "The file is packed with 7-Zip. Pack it as zip or with gzip."],
  ["Rar!", "The file is packed with RAR. Pack it as zip or with gzip."],
  ["\xd0\xcf\x11\xe0", "This is a workbook of a spreadsheet program. Save the sheet as CSV, and upload that."],
  ["age-encryption.org/", "The file is encrypted. Decrypt it first."],
  ["%PDF", "This is a PDF document. CSV, JSON and NDJSON are taken."],
  ["PAR1", "This is a Parquet file. CSV, JSON and NDJSON are taken."],
  ["SQLite format 3", "This is an SQLite database. Export its tables as CSV."],
];

function refuseOthers(head: Buffer): void {
  const text = head.toString("latin1");
  const other = others.find(([magic]) => text.startsWith(magic));
  if (other) throw invalid(other[1]);
  if (/^(--\r?\n)?-- PostgreSQL database (cluster )?dump\r?$/m.test(text.slice(0, 200))) throw invalid(dumpHint);
}

function refusePackedTwice(head: Buffer): void {
  refuseOthers(head);
  if (packingOf(head) !== "none") throw invalid("The file is packed twice. Unpack it once.");
}

function refuseMarkup(text: Buffer): void {
  if (/^\s*<(\?xml|!doctype|html|[a-z]+:workbook)/i.test(text.toString("latin1", 0, 200)))
    throw invalid("This is a web page or XML. CSV, JSON and NDJSON are taken.");
}
