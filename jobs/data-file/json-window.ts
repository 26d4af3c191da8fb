import { isSpace, malformed, ranOut, type Scan, scanOf } from "@/jobs/data-file/json-scan";
import { mostRecordBytes, readBytes } from "@/jobs/data-file/limits";
import { invalid, invalidAt } from "@/jobs/data-file/refusal";
import { lineFeeds } from "@/jobs/data-file/text";

/** The part of a JSON text that is in memory; `at` is how far it has been read, in line `line`. */
export type Window = {
  /** Its bytes are a part of `memory`, and change with the next reading on. */
  scan: Scan;
  at: number;
  line: number;
  source: AsyncIterator<Buffer>;
  /** Used over and over: memory that is new to the process is slow. */
  memory: Buffer;
};

export const windowOf = (text: AsyncGenerator<Buffer>): Window => ({
  scan: scanOf(Buffer.alloc(0)),
  at: 0,
  line: 1,
  source: text,
  memory: Buffer.alloc(0),
});

/**
 * Reads on, and forgets what is behind. What was begun is scanned anew from its start, so at least as much again is read: that
 * way large values are not scanned over and over. False at the end of the text.
 */
export async function readOn(window: Window): Promise<boolean> {
  const rest = window.scan.bytes.subarray(window.at);
  if (rest.length > mostRecordBytes)
    throw refusedAt(window, window.at, `there is a value of more than ${mostRecordBytes / 1024 / 1024} MB.`);
  const pieces: Buffer[] = [];
  let more = 0;
  do {
    const { value, done } = await window.source.next();
    if (done) break;
    pieces.push(value);
    more += value.length;
  } while (more < rest.length);
  let end = rest.length;
  const room = end + more;
  const memory = room > window.memory.length ? Buffer.allocUnsafe(room + readBytes) : window.memory;
  memory.set(rest, 0);
  for (const piece of pieces) {
    memory.set(piece, end);
    end += piece.length;
  }
  window.memory = memory;
  window.scan.bytes = memory.subarray(0, end);
  window.at = 0;
  return more > 0;
}

/** The next byte that is no white space, at `window.at`; undefined at the end of the text. */
export async function nextByte(window: Window): Promise<number | undefined> {
  for (;;) {
    const byte = skipSpace(window);
    if (byte !== undefined || !(await readOn(window))) return byte;
  }
}

/** The same within what is in memory. */
export function skipSpace(window: Window): number | undefined {
  const { bytes } = window.scan;
  let { at } = window;
  while (isSpace(bytes[at])) {
    if (bytes[at] === 10) window.line++;
    at++;
  }
  window.at = at;
  return bytes[at];
}

/** Reads a value whole, by the scan given. Gives its bytes, until the next reading on. */
export async function wholeValue(window: Window, scan: (scan: Scan, at: number) => number): Promise<Buffer> {
  for (;;) {
    const end = scan(window.scan, window.at);
    if (end === malformed) throw scanFault(window);
    if (end !== ranOut) {
      const value = window.scan.bytes.subarray(window.at, end);
      window.line += lineFeeds(value);
      window.at = end;
      return value;
    }
    if (!(await readOn(window))) throw cut(window);
  }
}

export const emptyFile = () => invalid("The file is empty.");

export const cut = (window: Window) =>
  refusedAt(window, window.scan.bytes.length, "the file is cut off here, within its JSON.");

/** What the last scan has minded. */
export const scanFault = (window: Window) => refusedAt(window, window.scan.faultAt, `${window.scan.fault}.`);

/** Because of a place in the window, at or behind `window.at`. */
export function refusedAt(window: Window, at: number, sentence: string) {
  const line = window.line + lineFeeds(window.scan.bytes.subarray(window.at, at));
  return invalidAt({ file: null, line }, sentence);
}
