import type { Decode } from "@/jobs/archive/encoding";
import { fieldValue } from "@/jobs/browse/copy-text";

/** A value for the screen: its text, or the beginning of it when it is long. Null is NULL. */
export type Cell = {
  text: string /** Of the whole value as COPY writes it, when `text` is not all of it. */;
  bytes?: number;
} | null;

export type Limits = { rows: number /** The most of one value that is kept. */; characters: number };

const tab = "\t".charCodeAt(0);
const newline = "\n".charCodeAt(0);

/** The first rows of COPY data. Of a long value only its beginning is ever kept, however many bytes pass. */
export async function firstRows(
  { data, decode }: { data: AsyncIterable<Buffer>; decode: Decode },
  columns: number,
  limits: Limits,
): Promise<{ rows: Cell[][]; isAll: boolean }> {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let field = newField();
  // So many that what is shown of them never reaches the letter or the escape that was cut.
  const keep = 8 * limits.characters;

  function take(bytes: Buffer) {
    field.length += bytes.length;
    const room = keep - field.kept;
    if (room <= 0 || bytes.length === 0) return;
    field.pieces.push(Buffer.from(bytes.subarray(0, room)));
    field.kept += Math.min(room, bytes.length);
  }
  function endField() {
    row.push(cellOf(field, { decode, characters: limits.characters }));
    field = newField();
  }
  for await (const chunk of data) {
    for (let at = 0; at < chunk.length; ) {
      if (rows.length === limits.rows) return { rows, isAll: false };
      let end = at;
      while (end < chunk.length && chunk[end] !== tab && chunk[end] !== newline) end++;
      take(chunk.subarray(at, end));
      if (end < chunk.length) endField();
      if (chunk[end] === newline) {
        rows.push(columns === 0 ? [] : row);
        row = [];
      }
      at = end + 1;
    }
  }
  return { rows, isAll: true };
}

type Field = { pieces: Buffer[]; kept: number; length: number };

const newField = (): Field => ({ pieces: [], kept: 0, length: 0 });

function cellOf({ pieces, kept, length }: Field, { decode, characters }: { decode: Decode; characters: number }): Cell {
  const text = fieldValue(decode(Buffer.concat(pieces)));
  if (text === null) return null;
  if (text.length <= characters && kept === length) return { text };
  return { text: text.slice(0, characters).replace(/[\ud800-\udbff]$/, ""), bytes: length };
}
