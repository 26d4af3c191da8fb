import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Origin, recordAudit } from "@/db/audit";
import { AppError } from "@/db/errors";
import { dumps } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { dumpHours } from "@/jobs/import-dump/sweep";
import { type Exchange, requireMethod } from "@/server/exchange";
import { sendProblem } from "@/server/problem";
import { bodyOf, receiveFile, requireFields, requireFilename, requireSize, toRefusal } from "@/server/receive-file";
import { noteOnRequest } from "@/server/request-log";
import { sendJson } from "@/server/respond";
import { createContext } from "@/server/trpc";
import { uploaderOf } from "@/server/uploader";

const uploadPath = "/api/v1/dumps";

/** Whether a request may take long to arrive: a dump, a file of rows, a part of one, or a form with one. */
export const isUpload = (url: string | undefined): boolean =>
  /^\/api\/v1\/(dumps|data-files|uploads(\/[^/?]*)?|import\/[^/?]+)(\?|$)/.test(url ?? "");

/** Takes a dump file, as the raw body of a POST. Gives false for any other request. */
export async function serveUpload({ request, response, headers, url }: Exchange): Promise<boolean> {
  if (url.pathname !== uploadPath) return false;
  noteOnRequest({ route: uploadPath });
  try {
    requireMethod({ request, response }, ["POST"]);
    const origin = await uploaderOf(await createContext(headers), headers);
    requireFields(url.searchParams, ["filename"]);
    const filename = requireFilename(url.searchParams.get("filename") ?? "dump");
    if (!/^application\/octet-stream\b/i.test(headers.get("content-type") ?? ""))
      throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the file as application/octet-stream.");
    requireSize(headers, jobsEnv().UPLOAD_MAX_MB);
    const dump = await receive(request, { filename, origin });
    sendJson(response, {
      status: 201,
      body: {
        dump_id: dump.id,
        filename: dump.filename,
        size_bytes: dump.sizeBytes,
        sha256: dump.sha256,
        expires_at: new Date(dump.createdAt.getTime() + dumpHours * 3_600_000).toISOString(),
      },
    });
  } catch (error) {
    // The rest of a body that nobody wants must not be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    sendProblem(response, toRefusal(error), error);
  }
  return true;
}

function receive(request: IncomingMessage, { filename, origin }: { filename: string; origin: Origin }) {
  const id = randomUUID();
  return receiveFile(bodyOf(request), { id, mostMb: jobsEnv().UPLOAD_MAX_MB }, async (tx, written) => {
    const row = { id, filename, ...written, uploadedBy: origin.actor?.id };
    const [dump] = await tx.insert(dumps).values(row).returning();
    if (!dump) throw new Error("an insert gave no row");
    const details = { filename, ...written };
    await recordAudit(tx, origin, { action: "dump.uploaded", subject: { kind: "dump", id }, details });
    return dump;
  });
}
