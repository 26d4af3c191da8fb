import type { Row } from "@/server/rest/row";
import { rows } from "@/server/rest/table";

/** Those with fewer parameters first: `/backups/status` is no backup's id. */
const routes = rows
  .map((row) => ({ row, segments: row.path.split("/") }))
  .toSorted((a, b) => a.row.path.split("{").length - b.row.path.split("{").length);

export type Match =
  | { row: Row; params: Record<string, string> }
  /** The path is known, but not with this method. */
  | { allowed: string[] };

/** The row for a request. Undefined when no row has this path. A HEAD is a GET without the answer's body. */
export function matchRow(method: string, pathname: string): Match | undefined {
  const given = pathname.split("/");
  const found = routes.flatMap(({ row, segments }) => {
    const params = paramsOf(segments, given);
    return params ? [{ row, params }] : [];
  });
  const wanted = method === "HEAD" ? "GET" : method;
  const match = found.find(({ row }) => row.method === wanted);
  if (match || found.length === 0) return match;
  return { allowed: found.flatMap(({ row }) => (row.method === "GET" ? ["GET", "HEAD"] : [row.method])) };
}

/** What cannot be decoded stays as it is: the procedure refuses it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function paramsOf(segments: string[], given: string[]): Record<string, string> | null {
  if (segments.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const text = given[i] ?? "";
    if (segment.startsWith("{")) params[segment.slice(1, -1)] = decoded(text);
    else if (segment !== text) return null;
  }
  return params;
}
