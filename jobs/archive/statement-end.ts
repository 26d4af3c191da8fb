/** How far a statement was read. `at` is where the next token begins; the rest is what psql keeps of the tokens before. */
export type Reading = {
  at: number;
  parens: number;
  /** The first letters of the first words, where they may begin `create or replace function`. */
  words: string;
  /** How many `begin` or `case` of an SQL function's body are open. */
  blocks: number;
  /** A backslash in '…' escapes, as with standard_conforming_strings off. */
  backslashes: boolean;
};

export const newReading = (backslashes: boolean): Reading => ({ at: 0, parens: 0, words: "", blocks: 0, backslashes });

const code = (char: string) => char.charCodeAt(0);
const quote = code("'");
const doubleQuote = code('"');
const dollar = code("$");
const dash = code("-");
const slash = code("/");
const star = code("*");
const backslash = code("\\");
const opening = code("(");
const closing = code(")");
const semicolon = code(";");

/** Where a token would end if all of it were there. */
export const unfinished = -1;

/**
 * The offset after the semicolon that ends the statement which begins at 0; null when it is not there yet. Then it wants to
 * be asked again with more bytes behind the same ones; `isLast` when there are no more. Follows psql's rules (psqlscan.l):
 * strings, quoted names, dollar quotes, nested comments, parentheses, `begin atomic … end`. All encodings that a server can
 * have keep ASCII for ASCII, so bytes will do.
 */
export function statementEnd(bytes: Buffer, reading: Reading, isLast: boolean): number | null {
  while (reading.at < bytes.length) {
    const from = reading.at;
    const end = tokenEnd(bytes, reading);
    if (end === unfinished || (end === bytes.length && !isLast && canGoOn(bytes[from] ?? 0))) return null;
    reading.at = end;
    const byte = bytes[from];
    if (byte === opening) reading.parens++;
    else if (byte === closing) reading.parens = Math.max(0, reading.parens - 1);
    else if (byte === semicolon && reading.parens === 0 && reading.blocks === 0) return end;
    else if (isNameByte(byte ?? 0))
      noteWord(bytes.toString("latin1", from, Math.min(end, from + 16)).toLowerCase(), reading);
  }
  return null;
}

/** What else may follow can belong to the token: more of a name, the second half of `--`, a doubled quote. */
const canGoOn = (byte: number) => byte !== semicolon && byte !== opening && byte !== closing;

/** Of the token that begins where the reading is; `unfinished` when its end is not there. White space is a token of one byte. */
export function tokenEnd(bytes: Buffer, { at, backslashes }: Pick<Reading, "at" | "backslashes">): number {
  const byte = bytes[at] ?? 0;
  const next = bytes[at + 1];
  if (byte === quote) return quotedEnd(bytes, at + 1, backslashes);
  if (byte === doubleQuote) return after(bytes.indexOf(doubleQuote, at + 1), 1);
  if (byte === dollar) return dollarEnd(bytes, at);
  if (byte === dash && next === dash) return after(bytes.indexOf("\n", at), 1);
  if (byte === slash && next === star) return commentEnd(bytes, at);
  if (!isNameByte(byte)) return at + 1;
  let end = at + 1;
  while (end < bytes.length && (isNameByte(bytes[end] ?? 0) || bytes[end] === dollar)) end++;
  // E'…'
  if (end === at + 1 && (byte | 0x20) === code("e") && bytes[end] === quote) return quotedEnd(bytes, end + 1, true);
  return end;
}

const after = (found: number, length: number) => (found < 0 ? unfinished : found + length);

/** Of a letter, a digit, an underscore, or anything beyond ASCII. */
const isNameByte = (byte: number) =>
  (byte >= 0x61 && byte <= 0x7a) ||
  (byte >= 0x41 && byte <= 0x5a) ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x5f ||
  byte >= 0x80;

/** A quote that is doubled ends one string and begins another of the same sort. */
function quotedEnd(bytes: Buffer, from: number, escapes: boolean): number {
  for (let at = from; ; ) {
    if (escapes) while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
    const end = bytes.indexOf(quote, at);
    if (end < 0) return unfinished;
    if (bytes[end + 1] !== quote) return end + 1;
    at = end + 2;
  }
}

function dollarEnd(bytes: Buffer, at: number): number {
  let end = at + 1;
  while (end < bytes.length && isNameByte(bytes[end] ?? 0)) end++;
  if (end === bytes.length) return unfinished;
  const isTag = bytes[end] === dollar && !isDigit(bytes[at + 1] ?? 0);
  return isTag ? after(bytes.indexOf(bytes.subarray(at, end + 1), end + 1), end + 1 - at) : at + 1;
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** Comments nest. */
function commentEnd(bytes: Buffer, from: number): number {
  for (let at = from + 2, depth = 1; depth > 0; ) {
    const end = bytes.indexOf("*/", at);
    if (end < 0) return unfinished;
    const inner = bytes.subarray(at, end + 1).indexOf("/*");
    depth += inner < 0 ? -1 : 1;
    at = inner < 0 ? end + 2 : at + inner + 2;
    if (depth === 0) return at;
  }
  return unfinished;
}

const routineWords = ["create", "or", "replace", "function", "procedure"];

/** psql's own guess: in what begins like a function, `begin` and `case` open, and `end` closes. */
function noteWord(word: string, reading: Reading): void {
  if (reading.words.length < 4) reading.words += routineWords.includes(word) ? word.charAt(0) : "-";
  if (!/^c(or)?[fp]/.test(reading.words) || reading.parens > 0) return;
  if (word === "begin" || (word === "case" && reading.blocks > 0)) reading.blocks++;
  else if (word === "end") reading.blocks = Math.max(0, reading.blocks - 1);
}
