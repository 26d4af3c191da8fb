import { isUtf8 } from "node:buffer";
import { invalidAt, type Place } from "@/jobs/data-file/refusal";

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof encodings)[number];

export type Source = {
  /** The name within a zip file. */
  file: string | null;
  encoding: Encoding;
  /** The bytes from their beginning; asked for again when something is wrong, to tell the line. */
  open(): AsyncGenerator<Buffer>;
};

/** A source's text as UTF-8 without a byte order mark. Throws for what is not of its encoding, and for NUL, with the line. */
export function textOf(source: Source): AsyncGenerator<Buffer> {
  return withoutMark(source.encoding === "utf-8" ? checked(source) : decoded(source));
}

async function* withoutMark(text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of text) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < mark.length && mark.subarray(0, head.length).equals(head)) continue;
    const isMarked = head.subarray(0, mark.length).equals(mark);
    yield isMarked ? head.subarray(mark.length) : head;
    head = null;
  }
  if (head && !head.equals(mark)) yield head;
}

const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** UTF-8 goes through as it is. Nothing is counted on the way: who finds a fault reads the file a second time. */
async function* checked(source: Source): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let before = 0;
  for await (const piece of source.open()) {
    const bytes = held.length > 0 ? Buffer.concat([held, piece]) : piece;
    const whole = bytes.subarray(0, bytes.length - begunBytes(bytes));
    if (!isUtf8(whole))
      throw await fault(source, before + faultyLine(whole), "this is no UTF-8 text. Name its encoding.");
    const nul = whole.indexOf(0);
    if (nul >= 0) throw await fault(source, before + nul, "there is a NUL byte, which no text has.");
    before += whole.length;
    held = Buffer.from(bytes.subarray(whole.length));
    if (whole.length > 0) yield whole;
  }
  if (held.length > 0) throw await fault(source, before, "the file ends within a character.");
}

/** How many bytes at the end are the beginning of a character that goes on. */
function begunBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/** Where the first line that is no UTF-8 begins. */
function faultyLine(bytes: Buffer): number {
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start))
    start = end + 1;
  return start;
}

async function fault(source: Source, offset: number, sentence: string) {
  let line = 1;
  let before = 0;
  for await (const chunk of source.open()) {
    line += lineFeeds(chunk.subarray(0, Math.max(0, offset - before)));
    before += chunk.length;
    if (before > offset) break;
  }
  return invalidAt({ file: source.file, line }, sentence);
}

export function lineFeeds(bytes: Buffer): number {
  let found = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found++;
  return found;
}

async function* decoded({ file, encoding, open }: Source): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const place: Place = { file, line: 1 };
  const text = (bytes?: Buffer) => {
    try {
      return Buffer.from(decoder.decode(bytes, { stream: bytes !== undefined }));
    } catch {
      const readable = bytes ? new TextDecoder(encoding).decode(bytes).split("\ufffd", 1) : [];
      const line = place.line + lineFeeds(Buffer.from(readable[0] ?? ""));
      throw invalidAt({ file, line }, `this is no ${encoding.toUpperCase()} text. Name its encoding.`);
    }
  };
  for await (const chunk of open()) {
    const piece = text(chunk);
    const nul = piece.indexOf(0);
    const line = place.line + lineFeeds(piece.subarray(0, Math.max(0, nul)));
    if (nul >= 0) throw invalidAt({ file, line }, "there is a NUL, which no text has.");
    place.line += lineFeeds(piece);
    if (piece.length > 0) yield piece;
  }
  const rest = text();
  if (rest.length > 0) yield rest;
}
