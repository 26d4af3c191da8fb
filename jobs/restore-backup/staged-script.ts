import { type Piece, readScript } from "@/jobs/archive/script";
import { isAscii } from "@/jobs/postgres/identifier";

export type Staging = {
  /** Comes before all else. */
  start: string;
  begin(isFirst: boolean): string;
  commit: string;
  /** Asked once for each piece, in order. */
  leavesOut(piece: Piece): boolean;
  onTable?(name: string): void;
  /** What is to be done once a table with many rows is committed, which it is at once then. */
  afterLarge?(name: string): string;
  /** The rows of a table as they pass; it gives them back. */
  rows?(data: AsyncIterable<Buffer>): AsyncIterable<Buffer>;
  /** No statement is longer than this. */
  mostBytes?: number;
};

/** A transaction keeps a lock for each object that it makes, and the server has room for some thousands. */
const mostPerTransaction = 500;
const pieceBytes = 256 * 1024;
/** Below this a transaction of its own costs more than it brings. */
const largeBytes = 4 * 1024 * 1024;

/**
 * A dump's script in transactions of a size that every server can hold. A script that ends early ends without its last
 * `commit`. Foreign keys come in a transaction of their own, because they keep writers of the tables they point to waiting
 * until it ends.
 */
export async function* stagedScript(source: AsyncIterable<Buffer>, staging: Staging): AsyncGenerator<Buffer> {
  const { start, begin, commit, leavesOut, onTable, afterLarge, rows = (data) => data } = staging;
  const own = ownStatements();
  yield own.bytes(start + begin(true));
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
      const name = tableOf(piece.text);
      onTable?.(name);
      let size = 0;
      for await (const data of rows(piece.data)) {
        if (size === 0) add(afterLarge && isLargePiece(data) ? frozen(piece.bytes) : piece.bytes, newline);
        size += data.length;
        // Large pieces pass as they are: copies of all rows would keep the garbage collector busier than anything else.
        if (!isLargePiece(data)) add(Buffer.from(data));
        else {
          if (bytes > 0) yield flush();
          yield data;
        }
        if (full()) yield flush();
      }
      if (size === 0) add(piece.bytes, newline);
      add(endOfCopy);
      if (afterLarge && size >= largeBytes) {
        add(own.bytes(commit + afterLarge(name) + begin(false)));
        objects = 0;
      }
      continue;
    }
    const isFirstKey: boolean = !pointsOut && isForeignKey.test(piece.text);
    if (isFirstKey || ++objects > mostPerTransaction) {
      add(own.bytes(commit + begin(false)));
      objects = 0;
      pointsOut ||= isFirstKey;
    }
    own.follow(piece.text);
    add(piece.bytes, newline);
    if (full()) yield flush();
  }
  add(own.bytes(commit));
  yield flush();
}

const isLargePiece = (data: Buffer) => data.length >= pieceBytes / 8;

/**
 * Rows that come into a table that was empty when their transaction began can be stored as rows that everybody sees: so nothing
 * has to look up their transaction and mark them later. For the server the table was empty only if it was truncated.
 */
function frozen(copy: Buffer): Buffer {
  // Each byte is a character, whatever the encoding: quotes, dots and spaces are the same in all of them.
  const text = copy.toString("latin1");
  const table = /^COPY ((?:"(?:[^"]|"")*"|[^".]+)\.(?:"(?:[^"]|"")*"|[^" ]+)) /.exec(text)?.[1];
  return table ? Buffer.from(`truncate only ${table};\n${text.slice(0, -1)} WITH (FREEZE);`, "latin1") : copy;
}

/** What we add is UTF-8, whatever the encoding of the script around it, and of the database, which a session begins with. */
function ownStatements() {
  let theirs = "reset client_encoding;\n";
  return {
    /** Hears of each statement of the script. */
    follow(statement: string) {
      if (statement.startsWith("SET client_encoding = ")) theirs = `${statement}\n`;
    },
    bytes: (text: string): Buffer =>
      Buffer.from(isAscii(text) ? text : `set client_encoding = 'UTF8';\n${text}${theirs}`),
  };
}

const newline = Buffer.from("\n");
const endOfCopy = Buffer.from("\\.\n");
export const isForeignKey = /^ALTER TABLE [\s\S]* ADD CONSTRAINT [\s\S]* FOREIGN KEY /;

/** `COPY public."Odd name" (a, b) FROM stdin;` → `"Odd name"`, as SQL writes it. */
export const tableOf = (copy: string): string =>
  /^COPY (?:"(?:[^"]|"")*"|[^".]+)\.("(?:[^"]|"")*"|[^" ]+)/.exec(copy)?.[1] ?? "";
