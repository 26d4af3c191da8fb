import type { JsonKind } from "@/jobs/browse/columns";

const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * A value's text as JSON. Numbers keep all their digits; NaN and Infinity, which JSON does not know, are texts. What does not
 * look like its type stays a text.
 */
export function jsonValue(text: string | null, kind: JsonKind): string {
  if (text === null) return "null";
  if (kind === "number") return number.test(text) ? text : JSON.stringify(text);
  if (kind === "boolean" && (text === "t" || text === "f")) return text === "t" ? "true" : "false";
  if (kind === "raw") return text;
  if (typeof kind === "object") return arrayOf(text, kind.array) ?? JSON.stringify(text);
  return JSON.stringify(text);
}

/** The bounds of an array that does not begin at 1. */
const bounds = /^(?:\[-?\d+:-?\d+\])+=/;
const part = /[{},]|"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|((?:[^{},"\\]+|\\[\s\S])+)/gy;

/** An array's text, e.g. `{1,NULL,{"a \"b\""}}`, as JSON; null when it is none. https://www.postgresql.org/docs/current/arrays.html */
function arrayOf(text: string, kind: JsonKind): string | null {
  const from = bounds.exec(text)?.[0].length ?? 0;
  if (text[from] !== "{" || !text.endsWith("}")) return null;
  let out = "";
  part.lastIndex = from;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    const [all, quoted, bare] = match;
    if (all === "{") out += "[";
    else if (all === "}") out += "]";
    else if (all === ",") out += ",";
    else out += elementOf({ quoted, bare }, kind);
  }
  return out;
}

function elementOf({ quoted, bare }: { quoted?: string; bare?: string }, kind: JsonKind): string {
  if (quoted === undefined && bare?.toUpperCase() === "NULL") return "null";
  return jsonValue((quoted ?? bare ?? "").replace(/\\([\s\S])/g, "$1"), kind);
}
