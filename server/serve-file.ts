import type { FileHandle } from "node:fs/promises";
import type { Exchange } from "@/server/exchange";
import { parseRange } from "@/server/range";
import { sendRange } from "@/server/send-file";

export type ServedFile = {
  file: FileHandle;
  sizeBytes: number;
  /** Of the file, as hex: the ETag. */
  sha256: string;
  modifiedAt: Date;
  contentType: string;
  /** The value of Content-Disposition. */
  disposition: string;
  /** Writes down that it is downloaded, before its first byte is. */
  audit(): Promise<void>;
};

/** Sends a file as an answer: all of it or one range (RFC 9110), the head alone, or that nothing has changed. */
export async function serveFile(
  { request, response }: Pick<Exchange, "request" | "response">,
  served: ServedFile,
): Promise<void> {
  const { file, sizeBytes } = served;
  const etag = `"${served.sha256}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Cache-Control", "private, no-cache, no-transform");
  response.setHeader("Last-Modified", served.modifiedAt.toUTCString());
  if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
  response.setHeader("Content-Type", served.contentType);
  response.setHeader("Content-Disposition", served.disposition);
  response.setHeader("X-Content-Type-Options", "nosniff");
  const range = parseRange(request.headers, { size: sizeBytes, etag });
  if (range === "unsatisfiable") return void response.writeHead(416, { "Content-Range": `bytes */${sizeBytes}` }).end();
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${sizeBytes}`);
  response.writeHead(range ? 206 : 200, { "Content-Length": end - start + 1 });
  if (request.method === "HEAD") return void response.end();
  await served.audit();
  // A client that left may come back for the rest.
  await sendRange(file, response, { start, end });
}

/** RFC 6266: the name in ASCII for old programs, and as it is for others. */
export function attachment(filename: string): string {
  const safe = filename.replace(/[/\\\p{Cc}]/gu, "_");
  const ascii = safe.replace(/[^\x20-\x7e]|["%]/g, "_");
  if (ascii === safe) return `attachment; filename="${ascii}"`;
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
