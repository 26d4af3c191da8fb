import { mostDepth } from "@/jobs/data-file/limits";

/** The text in memory, and what scanning it has come upon. A scan gives where what it read ends, or one of the two below zero. */
export type Scan = {
  bytes: Buffer;
  /** Line feeds, and whether there were any of CR and LF, in what the last scan read. */
  lines: number;
  hasBreaks: boolean;
  /** Where and why the last scan gave `malformed`. */
  faultAt: number;
  fault: string;
};

/** The text ends before the value does. */
export const ranOut = -1;
/** The text is no JSON, or not what was asked for. */
export const malformed = -2;

/** Hears of the keys of an object itself, without their quotes; says what is wrong with one, or null. */
type KeyListener = (bytes: Buffer, start: number, end: number) => string | null;

export const scanOf = (bytes: Buffer): Scan => ({ bytes, lines: 0, hasBreaks: false, faultAt: 0, fault: "" });

const tab = 9;
const lineFeed = 10;
const carriageReturn = 13;
const blank = 32;
export const quote = 34;
export const comma = 44;
const colon = 58;
export const openList = 91;
const backslash = 92;
export const closeList = 93;
export const openObject = 123;
export const closeObject = 125;

export const isSpace = (byte: number | undefined) =>
  byte === blank || byte === lineFeed || byte === carriageReturn || byte === tab;

function faulty(scan: Scan, at: number, fault: string): number {
  scan.faultAt = at;
  scan.fault = fault;
  return malformed;
}

/** Scans any value. */
export function scanValue(scan: Scan, start: number): number {
  const byte = scan.bytes[start];
  if (byte === openObject || byte === openList) return scanContainer(scan, start);
  scan.lines = 0;
  scan.hasBreaks = false;
  return scanScalar(scan, start);
}

/** What comes next: in an object, its first name or its end; a name; … The order matters to the comparisons below. */
const atKeyOrEnd = 0;
const atKey = 1;
const atColon = 2;
const afterValue = 3;
const atValue = 4;
const atValueOrEnd = 5;

const faults = [
  "a name in double quotes is missing",
  "a name in double quotes is missing",
  "a colon is missing after a name",
  "a comma is missing",
  "a value is missing",
  "a value is missing",
];

const containers = new Uint8Array(mostDepth + 1);

/** Scans an object or a list. In one loop over the bytes, with its own stack: this is what reading JSON costs. */
export function scanContainer(scan: Scan, start: number, onKey?: KeyListener): number {
  const { bytes } = scan;
  const end = bytes.length;
  let inObject = bytes[start] === openObject;
  let state = inObject ? atKeyOrEnd : atValueOrEnd;
  let depth = 1;
  let at = start + 1;
  containers[1] = inObject ? 1 : 0;
  scan.lines = 0;
  scan.hasBreaks = false;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte <= blank) {
      if (!isSpace(byte)) return faulty(scan, at, "there is a control character");
      if (byte === lineFeed) scan.lines++;
      if (byte === lineFeed || byte === carriageReturn) scan.hasBreaks = true;
      at++;
    } else if (state <= atKey && byte === quote) {
      const close = scanString(scan, at);
      if (close < 0) return close;
      const objection = depth === 1 && onKey ? onKey(bytes, at + 1, close - 1) : null;
      if (objection !== null) return faulty(scan, at, objection);
      const isNext = bytes[close] === colon;
      state = isNext ? atValue : atColon;
      at = isNext ? close + 1 : close;
    } else if (state >= atValue && byte !== openObject && byte !== openList && byte !== closeList) {
      at = scanScalar(scan, at);
      if (at < 0) return at;
      const isNext = bytes[at] === comma;
      state = !isNext ? afterValue : inObject ? atKey : atValue;
      if (isNext) at++;
    } else if (byte === (inObject ? closeObject : closeList) && canEnd(state)) {
      at++;
      depth--;
      if (depth === 0) return at;
      inObject = containers[depth] === 1;
      state = afterValue;
    } else if (state >= atValue && byte !== closeList) {
      if (depth === mostDepth) return faulty(scan, at, `it is nested more than ${mostDepth} deep`);
      inObject = byte === openObject;
      depth++;
      containers[depth] = inObject ? 1 : 0;
      state = inObject ? atKeyOrEnd : atValueOrEnd;
      at++;
    } else if (byte === (state === atColon ? colon : comma) && (state === atColon || state === afterValue)) {
      state = state === atColon ? atValue : inObject ? atKey : atValue;
      at++;
    } else return faulty(scan, at, faults[state] ?? "");
  }
  return ranOut;
}

const canEnd = (state: number) => state === afterValue || state === atKeyOrEnd || state === atValueOrEnd;

function scanScalar(scan: Scan, start: number): number {
  const byte = scan.bytes[start];
  if (byte === quote) return scanString(scan, start);
  if (byte === 0x74) return scanWord(scan, start, "true");
  if (byte === 0x66) return scanWord(scan, start, "false");
  if (byte === 0x6e) return scanWord(scan, start, "null");
  return byte === undefined ? ranOut : scanNumber(scan, start);
}

function scanWord(scan: Scan, start: number, word: string): number {
  const { bytes } = scan;
  for (let n = 1; n < word.length; n++) {
    if (start + n >= bytes.length) return ranOut;
    if (bytes[start + n] !== word.charCodeAt(n)) return faulty(scan, start, "there is a word that JSON does not know");
  }
  return start + word.length;
}

/** From its opening quote to behind its closing one. */
export function scanString(scan: Scan, start: number): number {
  const { bytes } = scan;
  const end = bytes.length;
  for (let at = start + 1; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > quote && byte !== backslash) continue;
    if (byte === quote) return at + 1;
    if (byte === backslash) {
      const length = escapeLength(bytes, at);
      if (length < 0)
        return length === ranOut ? ranOut : faulty(scan, at, "there is an escape that JSON does not know");
      at += length - 1;
    } else if (byte < blank) return faulty(scan, at, "a text holds a line break or another control character");
  }
  return ranOut;
}

const hexDigit = /^[0-9a-fA-F]{4}$/;
const escapes = new Set([...'"\\/bfnrt'].map((char) => char.charCodeAt(0)));

function escapeLength(bytes: Buffer, at: number): number {
  const byte = bytes[at + 1];
  if (byte === undefined) return ranOut;
  if (escapes.has(byte)) return 2;
  if (byte !== 0x75) return malformed;
  if (at + 6 > bytes.length) return ranOut;
  return hexDigit.test(bytes.toString("latin1", at + 2, at + 6)) ? 6 : malformed;
}

const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Its digits stay what they are. That it ends is known only by what comes after it, which a row always has. */
function scanNumber(scan: Scan, start: number): number {
  const { bytes } = scan;
  let at = bytes[start] === 0x2d ? start + 1 : start;
  const whole = at;
  while (isDigit(bytes[at])) at++;
  let isWrong = at === whole || (bytes[whole] === 0x30 && at > whole + 1);
  if (bytes[at] === 0x2e) {
    const fraction = ++at;
    while (isDigit(bytes[at])) at++;
    isWrong ||= at === fraction;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at += bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 2 : 1;
    const exponent = at;
    while (isDigit(bytes[at])) at++;
    isWrong ||= at === exponent;
  }
  if (at >= bytes.length) return ranOut;
  return isWrong ? faulty(scan, start, "there is something that JSON does not know") : at;
}
