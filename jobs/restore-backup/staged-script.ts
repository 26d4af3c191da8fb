import { type Piece, readScript } from "@/jobs/archive/script";

export type Staging = {
  /** Comes before all else. */
  start: string;
  begin(isFirst: boolean): string;
  commit: string;
  /** Asked once for each piece, in order. */
  leavesOut(piece: Piece): boolean;
  onTable?(name: string): void;
  /** The rows of a table as they pass; it gives them back. */
  rows?(data: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  /** No statement is longer than this. */
  mostBytes?: number;
};

/** A transaction keeps a lock for each object that it makes, and the server has room for some thousands. */
const mostPerTransaction = 500;
const pieceBytes = 256 * 1024;

/**
 * A dump's script in transactions of a size that every server can hold. A script that ends early ends without its last
 * `commit`. Foreign keys come in a transaction of their own, because they keep writers of the tables they point to waiting
 * until it ends.
 */
export async function* stagedScript(source: AsyncIterable<Buffer>, staging: Staging): AsyncGenerator<Buffer> {
  const { start, begin, commit, leavesOut, onTable, rows = (data) => data } = staging;
  yield Buffer.from(start + begin(true));
  let ready: Buffer[] = [];
  let bytes = 0;
  let objects = 0;
  let pointsOut = false;
  const add = (...more: Buffer[]) => {
    ready.push(...more);
    bytes += more.reduce((sum, { length }) => sum + length, 0);
  };
  const full = () => bytes >= pieceBytes;
  const flush = () => {
    const all = Buffer.concat(ready);
    [ready, bytes] = [[], 0];
    return all;
  };
  for await (const piece of readScript(source, staging.mostBytes)) {
    if (leavesOut(piece)) continue;
    if (piece.kind === "copy") {
      onTable?.(tableOf(piece.text));
      add(piece.bytes, newline);
      for await (const data of rows(piece.data)) {
        // Large pieces pass as they are: copies of all rows would keep the garbage collector busier than anything else.
        if (data.length < pieceBytes / 8) add(data);
        else {
          if (bytes > 0) yield flush();
          yield data;
        }
        if (full()) yield flush();
      }
      add(endOfCopy);
      continue;
    }
    const isFirstKey: boolean = !pointsOut && isForeignKey.test(piece.text);
    if (isFirstKey || ++objects > mostPerTransaction) {
      add(Buffer.from(commit + begin(false)));
      objects = 0;
      pointsOut ||= isFirstKey;
    }
    add(piece.bytes, newline);
    if (full()) yield flush();
  }
  add(Buffer.from(commit));
  yield flush();
}

const newline = Buffer.from("\n");
const endOfCopy = Buffer.from("\\.\n");
export const isForeignKey = /^ALTER TABLE [\s\S]* ADD CONSTRAINT [\s\S]* FOREIGN KEY /;

/** `COPY public."Odd name" (a, b) FROM stdin;` → `"Odd name"`, as SQL writes it. */
export const tableOf = (copy: string): string =>
  /^COPY (?:"(?:[^"]|"")*"|[^".]+)\.("(?:[^"]|"")*"|[^" ]+)/.exec(copy)?.[1] ?? "";
