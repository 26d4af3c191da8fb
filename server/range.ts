import type { IncomingHttpHeaders } from "node:http";

export type ByteRange = { start: number; end: number };

/**
 * The one range that is asked for, both ends inclusive; null for the whole: no range, several, one that cannot be read, or an
 * If-Range that is about another version. Source: RFC 9110, section 14.
 */
export function parseRange(
  headers: IncomingHttpHeaders,
  { size, etag }: { size: number; etag: string },
): ByteRange | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  if (headers["if-range"] && headers["if-range"] !== etag) return null;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size) return "unsatisfiable";
  return start > end ? null : { start, end };
}
