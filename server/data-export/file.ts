import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, codeOf } from "@/db/errors";
import { exportPath } from "@/jobs/export-data/files";
import { type Exchange, requireMethod } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { findDataExport } from "@/server/routers/data";
import { attachment, serveFile } from "@/server/serve-file";
import { createContext, originOf } from "@/server/trpc";

const path = /^\/api\/v1\/exports\/([0-9a-f-]{36})\/download$/;

/** Serves the file that a job has made of rows. Gives false for any other request. */
export async function serveExportedRows({ request, response, headers, url }: Exchange): Promise<boolean> {
  const [, jobId] = path.exec(url.pathname) ?? [];
  if (!jobId) return false;
  noteOnRequest({ route: "/api/v1/exports/{job_id}/download", jobId });
  try {
    requireMethod({ request, response }, ["GET", "HEAD"], "A download is a GET or a HEAD.");
    const ctx = await createContext(headers);
    const user = requireCaller(ctx, request.method, headers);
    if (ctx.token && !ctx.token.scopes.includes("export"))
      throw new AppError("PERMISSION_DENIED", "This API token lacks the scope export.");
    const { found } = await findDataExport(user, jobId);
    await using file = await openExport(jobId);
    await serveFile(
      { request, response },
      {
        ...found,
        file,
        modifiedAt: found.createdAt,
        disposition: attachment(found.filename),
        audit: () =>
          recordAudit(db, originOf(user, ctx), {
            action: "data.downloaded",
            subject: { kind: "job", id: jobId },
            projectId: found.projectId,
            details: { filename: found.filename, range: request.headers.range?.slice(0, 100) },
          }),
      },
    );
  } catch (error) {
    sendProblem(response, toAppError(error), error);
  }
  return true;
}

async function openExport(jobId: string) {
  try {
    return await open(exportPath(jobId), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    throw new AppError("FILE_NOT_FOUND", "The file is no longer where it was stored. Export the rows again.");
  }
}
