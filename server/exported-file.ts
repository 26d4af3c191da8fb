import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, codeOf } from "@/db/errors";
import { exportPath } from "@/jobs/export-data/files";
import { type Exchange, requireMethod } from "@/server/exchange";
import { findExport } from "@/server/find-export";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { sendDownload } from "@/server/send-download";
import { createContext, originOf } from "@/server/trpc";

const path = /^\/api\/v1\/exports\/([0-9a-f]{8}-[0-9a-f-]{27})\/download$/;

/** Serves the file of an export, with ranges, for as long as it is kept. Gives false for any other request. */
export async function serveExportedFile(exchange: Exchange): Promise<boolean> {
  const { response, url } = exchange;
  const jobId = path.exec(url.pathname)?.[1];
  if (!jobId) return false;
  noteOnRequest({ route: "/api/v1/exports/{job_id}/download", jobId });
  try {
    requireMethod(exchange, ["GET", "HEAD"], "A download is a GET or a HEAD.");
    await serve(exchange, jobId);
  } catch (error) {
    sendProblem(response, toAppError(error), error);
  }
  return true;
}

async function serve({ request, response, headers }: Exchange, jobId: string): Promise<void> {
  const ctx = await createContext(headers);
  const user = requireCaller(ctx, request.method, headers);
  if (ctx.token && !ctx.token.scopes.includes("export"))
    throw new AppError("PERMISSION_DENIED", "This API token lacks the scope export.");
  const { stored } = await findExport(user, jobId);
  const file = await openExported(jobId, stored.sizeBytes);
  try {
    await sendDownload({ request, response, file, about: stored }, () =>
      recordAudit(db, originOf(user, ctx), {
        action: "data.export_downloaded",
        subject: { kind: "job", id: jobId },
        projectId: stored.projectId,
        details: { filename: stored.filename, range: request.headers.range?.slice(0, 100) },
      }),
    );
  } finally {
    await file.close();
  }
}

/** The file as it was listed. */
async function openExported(jobId: string, sizeBytes: number): Promise<FileHandle> {
  const gone = () => new AppError("LINK_EXPIRED", "The file of this export is gone. Export the rows again.");
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);
  const file = await open(exportPath(jobId), flags).catch((error) => {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ELOOP") throw gone();
    throw error;
  });
  if ((await file.stat()).size === sizeBytes) return file;
  await file.close();
  throw gone();
}
