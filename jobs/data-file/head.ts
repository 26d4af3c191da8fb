import { open } from "node:fs/promises";
import { type Encoding, textOf } from "@/jobs/data-file/text";
import { unpacked } from "@/jobs/data-file/unpack";
import { type ZippedTable, zippedTables } from "@/jobs/data-file/zip";

/** The beginning of something, and whether that is all of it. */
export type Head = { bytes: Buffer; isWhole: boolean };

/** The file's own first bytes. */
export async function rawHead(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

export async function headOf(source: AsyncGenerator<Buffer>, bytes: number): Promise<Head> {
  const pieces: Buffer[] = [];
  let length = 0;
  // One more, to know whether there is more.
  while (length <= bytes) {
    const { value, done } = await source.next();
    if (done) break;
    pieces.push(value);
    length += value.length;
  }
  await source.return(undefined);
  return { bytes: Buffer.concat(pieces).subarray(0, bytes), isWhole: length <= bytes };
}

const reading = (path: string) => ({ path, maxBytes: Number.POSITIVE_INFINITY, signal: new AbortController().signal });

/** The head of a file, through its compression. */
export const unpackedHead = (path: string, packing: "none" | "gzip", bytes: number): Promise<Head> =>
  headOf(unpacked(reading(path), packing), bytes);

/** The CSV files in a zip file. */
export const tablesIn = (path: string): AsyncGenerator<ZippedTable> => zippedTables(reading(path));

/** A head as UTF-8, without the character that it may be cut within. */
export function textOfHead({ bytes, isWhole }: Head, { file, encoding }: { file: string | null; encoding: Encoding }) {
  const open = async function* () {
    yield isWhole ? bytes : bytes.subarray(0, lastCharacter(bytes, encoding));
  };
  return headOf(textOf({ file, encoding, open }), Number.MAX_SAFE_INTEGER);
}

function lastCharacter(bytes: Buffer, encoding: Encoding): number {
  if (encoding === "windows-1252") return bytes.length;
  if (encoding !== "utf-8") return bytes.length - (bytes.length % 2);
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return Math.max(0, end - 1);
}
