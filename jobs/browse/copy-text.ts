import { AppError, codeOf } from "@/db/errors";
import type { Decode } from "@/jobs/archive/encoding";

/** COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format". */
const controls: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const nullMark = "\\N";

/** The value that a field of a line stands for; null for NULL, which differs from an empty text. */
export function fieldValue(field: string): string | null {
  if (field === nullMark) return null;
  return field.includes("\\") ? field.replace(/\\([\s\S])/g, (_, char: string) => controls[char] ?? char) : field;
}

/** The values of a line without its end. A table without columns has rows without values. */
export const valuesOf = (line: string, columns: number): (string | null)[] =>
  columns === 0 ? [] : line.split("\t").map(fieldValue);

/** The lines of COPY data, without their ends, some at a time. Memory is that of the longest line. */
export async function* linesOf(data: AsyncIterable<Buffer>, decode: Decode): AsyncGenerator<string[]> {
  let begun: Buffer[] = [];
  for await (const chunk of data) {
    const end = chunk.lastIndexOf("\n") + 1;
    if (end > 0) {
      yield linesIn(Buffer.concat([...begun, chunk.subarray(0, end)]), decode);
      begun = [];
    }
    // The source may use its buffer again.
    if (end < chunk.length) begun.push(Buffer.from(chunk.subarray(end)));
  }
}

function linesIn(bytes: Buffer, decode: Decode): string[] {
  try {
    return decode(bytes.subarray(0, -1)).split("\n");
  } catch (error) {
    if (codeOf(error) !== "ERR_STRING_TOO_LONG") throw error;
    throw new AppError("PAYLOAD_TOO_LARGE", "A row of this table is larger than 500 MB. Take the table as SQL.");
  }
}
