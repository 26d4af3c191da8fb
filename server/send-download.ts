import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Range } from "@/jobs/destination/destination";
import type { Remote } from "@/server/elsewhere";
import { goneSignal } from "@/server/exchange";
import { parseRange } from "@/server/range";
import { sendRange } from "@/server/send-file";

export type Download = {
  request: IncomingMessage;
  response: ServerResponse;
  file: FileHandle | Remote;
  about: {
    filename: string;
    contentType: string;
    sizeBytes: number;
    sha256: string;
    createdAt: Date;
  };
};

/** Sends a file that does not change, or the range of it that is asked for. `audit` comes before the first byte. */
export async function sendDownload(
  { request, response, file, about }: Download,
  audit: () => Promise<void>,
): Promise<void> {
  const { filename, contentType, sizeBytes, sha256, createdAt } = about;
  const etag = `"${sha256}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Cache-Control", "private, no-cache, no-transform");
  response.setHeader("Last-Modified", createdAt.toUTCString());
  if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
  response.setHeader("Content-Type", contentType);
  response.setHeader("Content-Disposition", `attachment; filename="${filename}"`);
  response.setHeader("X-Content-Type-Options", "nosniff");
  const range = parseRange(request.headers, { size: sizeBytes, etag });
  if (range === "unsatisfiable") return void response.writeHead(416, { "Content-Range": `bytes */${sizeBytes}` }).end();
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 };
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${sizeBytes}`);
  response.writeHead(range ? 206 : 200, { "Content-Length": end - start + 1 });
  if (request.method === "HEAD") return void response.end();
  await audit();
  // A client that left may come back for the rest.
  if ("bytes" in file) await sendRemote(file, response, { start, end: end + 1 });
  else await sendRange(file, response, { start, end });
}

/**
 * Each piece is on its way before the next is asked for. What breaks at the destination breaks the answer off before its
 * promised length, which the client sees.
 */
async function sendRemote(file: Remote, response: ServerResponse, range: Range): Promise<void> {
  const gone = goneSignal(response);
  try {
    for await (const piece of file.bytes(range, gone)) if (!(await write(response, piece))) return;
    response.end();
  } catch (error) {
    if (!gone.aborted) throw error;
  }
}

const write = (response: ServerResponse, piece: Buffer) =>
  new Promise<boolean>((resolve) => response.write(piece, (error) => resolve(!error)));
