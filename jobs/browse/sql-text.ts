/** A name as pg_dump writes it, in quotes or not. */
export const ident = String.raw`(?:(?:"[^"]*")+|[\w$\u0080-\uffff]+)`;
/** One that may have a schema before it. */
export const name = String.raw`${ident}(?:\.${ident})*`;

/** `a."B ""c"""` becomes `["a", 'B "c"']`. */
export function nameParts(text: string): string[] {
  return (text.match(new RegExp(ident, "g")) ?? []).map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

/** The last of the parts: what is called so in its schema. */
export const lastPart = (text: string): string => nameParts(text).at(-1) ?? "";

const token = new RegExp(String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'[^']*'|${ident}|[\s\S]`, "g");

/** The words, strings, names and signs of a piece of SQL, blanks too: together they are the text. */
export const tokensOf = (text: string): string[] => text.match(token) ?? [];

/**
 * What stands between the parenthesis at this offset and the one that closes it, split at its own commas and trimmed; and
 * the offset after it.
 */
export function splitList(text: string, from: number): { items: string[]; end: number } {
  const items = [""];
  let depth = 0;
  let end = from;
  for (const part of tokensOf(text.slice(from))) {
    end += part.length;
    if (part === ")" && --depth === 0) break;
    if (part === "," && depth === 1) items.push("");
    else if (depth > 0) items.push(`${items.pop()}${part}`);
    if (part === "(") depth++;
  }
  return { items: items.map((item) => item.trim()).filter(Boolean), end };
}
