import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, codeOf, errorStatus } from "@/db/errors";
import { log } from "@/db/log";
import { type BackupCompression, backups, users } from "@/db/schema";
import { inside } from "@/jobs/destination/local";
import { jobsEnv } from "@/jobs/env";
import { clientAddress } from "@/server/address";
import { userFromCookies } from "@/server/auth";
import { headersOf } from "@/server/headers";
import { checkDownload } from "@/server/link";
import { parseRange } from "@/server/range";
import { findBackup } from "@/server/routers/backup";
import { toAppError } from "@/server/trpc";

const downloadPath = /^\/api\/v1\/backups\/([0-9a-f-]{36})\/download$/;
/** Larger reads than Node's own 64 KiB: three times as fast on loopback. */
const readBytes = 1024 * 1024;

const contentTypes: Record<BackupCompression, string> = {
  gzip: "application/gzip",
  zstd: "application/zstd",
  none: "application/octet-stream",
};

/**
 * Serves backup files itself, in front of Next, which would drop Content-Length. Gives false for any other request.
 * The right to the file is checked at each request: by a signed link, else by the session.
 */
export async function serveDownload(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<boolean> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const backupId = downloadPath.exec(url.pathname)?.[1];
  if (!backupId) return false;
  try {
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new AppError("VALIDATION_ERROR", "A download is a GET or a HEAD.");
    const headers = headersOf(request);
    const user = await userOf(backupId, url.searchParams, headers);
    const { backup } = await findBackup(user, backupId);
    const file = await openBackup(backup);
    try {
      await send({ request, response, file, backup }, () =>
        recordAudit(
          db,
          { actor: user, address: clientAddress(headers), requestId },
          {
            action: "backup.downloaded",
            subject: { kind: "backup", id: backup.id },
            projectId: backup.projectId,
            details: request.headers.range ? { range: request.headers.range.slice(0, 100) } : undefined,
          },
        ),
      );
    } finally {
      await file.close();
    }
  } catch (error) {
    sendError(response, error, requestId);
  }
  return true;
}

async function userOf(backupId: string, query: URLSearchParams, headers: Headers) {
  if (!query.has("signature")) {
    const user = await userFromCookies(headers.get("cookie"));
    if (!user) throw new AppError("UNAUTHENTICATED", "Sign in to download, or use a download link.");
    return user;
  }
  const { userId } = checkDownload(backupId, query);
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (!user || user.disabledAt) throw new AppError("PERMISSION_DENIED", "This download link is no longer valid.");
  return user;
}

/** Opens the file as it was listed; a symbolic link or another size means that somebody has meddled. */
async function openBackup(backup: typeof backups.$inferSelect): Promise<FileHandle> {
  const corrupt = () =>
    new AppError("BACKUP_CORRUPT", "The file of this backup was changed after it was made. Do not use it.");
  let file: FileHandle;
  try {
    file = await open(
      inside(jobsEnv().BACKUP_DIR, backup.storagePath),
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0),
    );
  } catch (error) {
    if (codeOf(error) === "ELOOP") throw corrupt();
    if (codeOf(error) !== "ENOENT") throw error;
    await db.update(backups).set({ status: "missing" }).where(eq(backups.id, backup.id));
    throw new AppError("BACKUP_NOT_FOUND", "The file of this backup is no longer where it was stored.");
  }
  const { size } = await file.stat();
  if (size === backup.sizeBytes) return file;
  await file.close();
  throw corrupt();
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
  response.setHeader("Content-Type", contentTypes[backup.compression]);
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
  await pipeline(file.createReadStream({ start, end, highWaterMark: readBytes, autoClose: false }), response).catch(
    (error) => {
      // The client left; it may come back for the rest.
      if (codeOf(error) !== "ERR_STREAM_PREMATURE_CLOSE" && codeOf(error) !== "ECONNRESET") throw error;
    },
  );
}

function sendError(response: ServerResponse, error: unknown, requestId: string) {
  const app = toAppError(error);
  if (app.code === "INTERNAL_ERROR") log.error({ error, requestId }, "download failed");
  if (response.headersSent) return void response.destroy();
  const body = {
    status: "error",
    error: app.name,
    code: app.code,
    message: app.message,
    timestamp: new Date().toISOString(),
    requestId,
  };
  response
    .writeHead(errorStatus[app.code], { "Content-Type": "application/json; charset=utf-8" })
    .end(JSON.stringify(body));
}
