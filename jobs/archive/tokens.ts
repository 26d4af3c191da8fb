import { tokenEnd, unfinished } from "@/jobs/archive/statement-end";

export type Token =
  /** As written: a keyword, a plain name or a number. */
  | { kind: "word"; text: string }
  /** What stands within double quotes. */
  | { kind: "name"; text: string }
  /** In quotes or dollar quotes; what it says does not matter here. */
  | { kind: "string" }
  | { kind: "symbol"; text: string };

const quoteOf = /^(?:e?'|\$.*\$)/is;

/** The tokens of a statement, by the server's rules with standard_conforming_strings on; white space and comments are left out. */
export function* tokensOf(statement: string): Generator<Token> {
  const bytes = Buffer.from(statement);
  for (let at = 0; at < bytes.length; ) {
    let end = endOf(bytes, at);
    // A doubled quote within a name ends nothing.
    while (bytes[at] === quote && bytes[end] === quote) end = endOf(bytes, end);
    const head = bytes.toString("latin1", at, Math.min(end, at + 2));
    if ((bytes[at] ?? 0) > 0x20 && head !== "--" && head !== "/*") yield token(bytes.subarray(at, end));
    at = end;
  }
}

const quote = '"'.charCodeAt(0);

function endOf(bytes: Buffer, at: number): number {
  const end = tokenEnd(bytes, { at, backslashes: false });
  return end === unfinished ? bytes.length : end;
}

function token(bytes: Buffer): Token {
  const head = bytes.toString("latin1", 0, 2);
  if (head.startsWith('"'))
    return { kind: "name", text: bytes.toString("utf8", 1, bytes.length - 1).replaceAll('""', '"') };
  if (quoteOf.test(head) || (head.startsWith("$") && bytes.length > 1)) return { kind: "string" };
  const text = bytes.toString("utf8");
  return /^[\w\u0080-\uffff]/u.test(text) ? { kind: "word", text } : { kind: "symbol", text };
}
