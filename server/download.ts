import type { FileHandle } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import type { BackupCompression, backups } from "@/db/schema";
import { callerOf } from "@/server/download-caller";
import type { Exchange } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { parseRange } from "@/server/range";
import { noteOnRequest } from "@/server/request-log";
import { findBackup } from "@/server/routers/backup";
import { sendRange } from "@/server/send-file";
import { openStored } from "@/server/stored-file";

const downloadPath = /^\/api\/v1\/backups\/([0-9a-f-]{36})\/download$/;

const binary = "application/octet-stream";

/** Of a file that is not encrypted. */
export const contentTypes: Record<BackupCompression, string> = {
  gzip: "application/gzip",
  zstd: "application/zstd",
  none: binary,
};

/** A package is a plain tar file, whatever has become of the dump in it. */
function contentTypeOf({ format, compression, encrypted }: typeof backups.$inferSelect): string {
  if (format === "package") return "application/x-tar";
  return encrypted ? binary : contentTypes[compression];
}

/**
 * Serves backup files itself, in front of Next, which would drop Content-Length. Gives false for any other request.
 * The right to the file is checked at each request: by a signed link, else by the session.
 */
export async function serveDownload({ request, response, headers, url }: Exchange): Promise<boolean> {
  const backupId = downloadPath.exec(url.pathname)?.[1];
  if (!backupId) return false;
  noteOnRequest({ route: "/api/v1/backups/{id}/download" });
  try {
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new AppError("VALIDATION_ERROR", "A download is a GET or a HEAD.");
    const { user, origin } = await callerOf(backupId, url.searchParams, headers);
    const { backup } = await findBackup(user, backupId);
    const file = await openStored(backup);
    try {
      await send({ request, response, file, backup }, () =>
        recordAudit(db, origin, {
          action: "backup.downloaded",
          subject: { kind: "backup", id: backup.id },
          projectId: backup.projectId,
          details: { filename: backup.filename, range: request.headers.range?.slice(0, 100) },
        }),
      );
    } finally {
      await file.close();
    }
  } catch (error) {
    sendProblem(response, toAppError(error), error);
  }
  return true;
}

type Download = {
  request: IncomingMessage;
  response: ServerResponse;
  file: FileHandle;
  backup: typeof backups.$inferSelect;
};

async function send({ request, response, file, backup }: Download, audit: () => Promise<void>) {
  const etag = `"${backup.sha256}"`;
  response.setHeader("ETag", etag);
  response.setHeader("Accept-Ranges", "bytes");
  response.setHeader("Cache-Control", "private, no-cache, no-transform");
  response.setHeader("Last-Modified", backup.createdAt.toUTCString());
  if (request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
  response.setHeader("Content-Type", contentTypeOf(backup));
  response.setHeader("Content-Disposition", `attachment; filename="${backup.filename}"`);
  response.setHeader("X-Content-Type-Options", "nosniff");
  const range = parseRange(request.headers, { size: backup.sizeBytes, etag });
  if (range === "unsatisfiable")
    return void response.writeHead(416, { "Content-Range": `bytes */${backup.sizeBytes}` }).end();
  const { start, end } = range ?? { start: 0, end: backup.sizeBytes - 1 };
  if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${backup.sizeBytes}`);
  response.writeHead(range ? 206 : 200, { "Content-Length": end - start + 1 });
  if (request.method === "HEAD") return void response.end();
  await audit();
  // A client that left may come back for the rest.
  await sendRange(file, response, { start, end });
}
