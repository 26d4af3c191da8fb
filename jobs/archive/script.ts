import { AppError } from "@/db/errors";
import { type Decode, decoderOf } from "@/jobs/archive/encoding";
import { newReading, statementEnd } from "@/jobs/archive/statement-end";

/** A piece of a script as pg_dump writes it. Comments between pieces are left out; `bytes` are in the script's own encoding. */
export type Piece =
  /** With its semicolon. `text` is read in the script's own encoding. */
  | { kind: "statement"; text: string; bytes: Buffer }
  /** A line for psql itself, such as `\restrict …` and `\connect …`, without its end. */
  | { kind: "command"; text: string; bytes: Buffer }
  /**
   * `text` is the statement `COPY … FROM stdin;`, `data` the lines after it in COPY's text format, each with its end and without
   * the `\.` after the last. Good until the next piece is asked for; what was not read by then is skipped. `decode` reads them.
   */
  | { kind: "copy"; text: string; bytes: Buffer; data: AsyncIterable<Buffer>; decode: Decode };

/**
 * The pieces of a script that pg_dump or pg_restore has written, in order, in as much memory as the largest statement takes.
 * Whoever stops reading early ends the source. Throws BACKUP_CORRUPT when the script ends in the middle of a piece, and
 * what the source throws. A statement or line of more than about `mostBytes` is refused before it is read to its end. What is not from pg_dump may be understood or not: it is no parser of SQL.
 */
export async function* readScript(
  source: AsyncIterable<Buffer>,
  mostBytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Piece> {
  const reader = startReader(source, mostBytes);
  let decode = decoderOf("UTF8");
  let backslashes = false;
  try {
    while (await skipBlank(reader)) {
      if (reader.bytes[0] === backslash) {
        const bytes = Buffer.from(await readLine(reader));
        yield { kind: "command", text: decode(bytes), bytes };
        continue;
      }
      const bytes = await readStatement(reader, backslashes);
      const text = decode(bytes);
      if (isCopy.test(text)) {
        await readLine(reader);
        const rest = copyData(reader);
        yield { kind: "copy", text, bytes, data: { [Symbol.asyncIterator]: () => kept(rest) }, decode };
        for await (const _ of rest);
        continue;
      }
      const encoding = /^SET client_encoding = '(\w+)';$/.exec(text)?.[1];
      if (encoding) decode = decoderOf(encoding);
      if (/^SET standard_conforming_strings = off;$/.test(text)) backslashes = true;
      yield { kind: "statement", text, bytes };
    }
  } finally {
    await reader.close();
  }
}

const backslash = "\\".charCodeAt(0);
const isCopy = /^COPY\s[\s\S]*\sFROM\s+stdin;$/i;

type Reader = {
  /** What has come and was not taken yet. */
  bytes: Buffer;
  take(length: number): Buffer;
  /** Gets as much again, or a piece of the source: so growing costs no more than reading. Gives whether there was any. */
  grow(): Promise<boolean>;
  close(): Promise<void>;
};

function startReader(source: AsyncIterable<Buffer>, mostBytes: number): Reader {
  const pieces = source[Symbol.asyncIterator]();
  const reader: Reader = {
    bytes: Buffer.alloc(0),
    take(length) {
      const taken = reader.bytes.subarray(0, length);
      reader.bytes = reader.bytes.subarray(length);
      return taken;
    },
    async grow() {
      if (reader.bytes.length > mostBytes)
        throw new AppError("BACKUP_CORRUPT", "The dump holds a statement that is longer than any that pg_dump writes.");
      // The source may use its buffer again for the next.
      const grown: Buffer[] = [Buffer.from(reader.bytes)];
      for (let left = Math.max(1, reader.bytes.length); left > 0; ) {
        const { done, value } = await pieces.next();
        if (done) break;
        left -= value.length;
        grown.push(left > 0 ? Buffer.from(value) : value);
      }
      const before = reader.bytes.length;
      // Most pieces of rows end with nothing left over: then there is nothing to copy.
      const [, only] = before === 0 && grown.length === 2 ? grown : [];
      reader.bytes = only ?? Buffer.concat(grown);
      return reader.bytes.length > before;
    },
    async close() {
      await pieces.return?.();
    },
  };
  return reader;
}

const cut = () => new AppError("BACKUP_CORRUPT", "The dump ends before its end.");

/** Skips white space and comments. Gives whether anything comes after them. */
async function skipBlank(reader: Reader): Promise<boolean> {
  for (;;) {
    const { bytes } = reader;
    let at = 0;
    while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at++;
    reader.take(at);
    const head = reader.bytes.toString("latin1", 0, 2);
    if (head.length < 2 && (await reader.grow())) continue;
    if (head === "--") await readLine(reader);
    else return head.length > 0;
  }
}

/** Up to the end of the line, without it. */
async function readLine(reader: Reader): Promise<Buffer> {
  for (let from = 0; ; ) {
    const end = reader.bytes.indexOf("\n", from);
    if (end >= 0) return reader.take(end + 1).subarray(0, end);
    from = reader.bytes.length;
    if (!(await reader.grow())) return reader.take(reader.bytes.length);
  }
}

async function readStatement(reader: Reader, backslashes: boolean): Promise<Buffer> {
  const reading = newReading(backslashes);
  for (let isLast = false; ; ) {
    const end = statementEnd(reader.bytes, reading, isLast);
    if (end !== null) return Buffer.from(reader.take(end));
    if (isLast) throw cut();
    isLast = !(await reader.grow());
  }
}

const endMark = "\n\\.\n";

/** Looks for the end mark only: in COPY's text format no other line can be the same. */
async function* copyData(reader: Reader): AsyncGenerator<Buffer> {
  while (reader.bytes.length < endMark.length - 1 && (await reader.grow()));
  if (reader.bytes.toString("latin1", 0, 3) === endMark.slice(1)) return void reader.take(3);
  for (;;) {
    const end = reader.bytes.indexOf(endMark, 0, "latin1");
    if (end >= 0) return yield reader.take(end + endMark.length).subarray(0, end + 1);
    const sure = reader.bytes.length - begunMark(reader.bytes);
    if (sure > 0) yield reader.take(sure);
    if (!(await reader.grow())) throw cut();
  }
}

/** With how many bytes at the end of these the end mark may have begun. */
function begunMark(bytes: Buffer): number {
  const tail = bytes.toString("latin1", Math.max(0, bytes.length - (endMark.length - 1)));
  let length = Math.min(tail.length, endMark.length - 1);
  while (!tail.endsWith(endMark.slice(0, length))) length--;
  return length;
}

/** Stopping early must not end what the next piece is read from. */
function kept<T>(items: AsyncGenerator<T>): AsyncIterator<T> {
  return { next: () => items.next() };
}
