import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import type { BackupCompression, backups } from "@/db/schema";
import { callerOf } from "@/server/download-caller";
import { openAnywhere } from "@/server/elsewhere";
import type { Exchange } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { findBackup } from "@/server/routers/backup";
import { sendDownload } from "@/server/send-download";

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
    const file = await openAnywhere(backup);
    try {
      await sendDownload({ request, response, file, about: { ...backup, contentType: contentTypeOf(backup) } }, () =>
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
