import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError, codeOf } from "@/db/errors";
import { dumps } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { dumpPath, partPath } from "@/jobs/import-dump/files";
import { dumpHours } from "@/jobs/import-dump/sweep";
import { type Exchange, requireMethod } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { sendJson } from "@/server/respond";
import { createContext } from "@/server/trpc";
import { uploaderOf } from "@/server/uploader";

const uploadPath = "/api/v1/dumps";

/** Whether a request may take long to arrive. */
export const isUpload = (url: string | undefined): boolean => url?.split("?")[0] === uploadPath;

/**
 * Takes a dump file, as the raw body of a POST, straight to disk: memory stays as it is, and whoever goes too far or goes away
 * leaves nothing. Gives false for any other request.
 */
export async function serveUpload({ request, response, headers, url }: Exchange): Promise<boolean> {
  if (url.pathname !== uploadPath) return false;
  noteOnRequest({ route: uploadPath });
  try {
    requireMethod({ request, response }, ["POST"]);
    const origin = await uploaderOf(await createContext(headers), headers);
    const filename = filenameOf(url.searchParams);
    if (!/^application\/octet-stream\b/i.test(headers.get("content-type") ?? ""))
      throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the file as application/octet-stream.");
    if (Number(headers.get("content-length") ?? 0) > mostBytes()) throw tooLarge();
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

const mostBytes = () => jobsEnv().UPLOAD_MAX_MB * 1_000_000;
const tooLarge = () =>
  new AppError("PAYLOAD_TOO_LARGE", `The file is larger than the ${jobsEnv().UPLOAD_MAX_MB} MB that are allowed.`);

/** The uploader's name for the file: shown, and never used as a path. */
function filenameOf(query: URLSearchParams): string {
  const name = query.get("filename") ?? "dump";
  const unknown = [...query.keys()].find((key) => key !== "filename");
  if (unknown !== undefined) throw invalid(unknown, "is not a field of this operation");
  if (name.length === 0 || name.length > 255 || /[\p{C}/\\]/u.test(name))
    throw invalid("filename", "must be the name of a file");
  return name;
}

const invalid = (field: string, error: string) =>
  new AppError("VALIDATION_ERROR", `${field} ${error}.`, { fields: [{ field, error, code: "invalid_value" }] });

type Upload = { filename: string; origin: Origin };

/** Nothing is at the dump's own name before it is whole and on disk; a dump without its row is swept. */
async function receive(request: IncomingMessage, { filename, origin }: Upload) {
  const id = randomUUID();
  await mkdir(jobsEnv().UPLOAD_DIR, { recursive: true, mode: 0o700 });
  try {
    const written = await writeDown(request, partPath(id));
    await rename(partPath(id), dumpPath(id));
    return await db.transaction(async (tx) => {
      const row = { id, filename, ...written, uploadedBy: origin.actor?.id };
      const [dump] = await tx.insert(dumps).values(row).returning();
      if (!dump) throw new Error("an insert gave no row");
      const details = { filename, ...written };
      await recordAudit(tx, origin, { action: "dump.uploaded", subject: { kind: "dump", id }, details });
      return dump;
    });
  } catch (error) {
    await Promise.all([partPath(id), dumpPath(id)].map((path) => rm(path, { force: true })));
    throw error;
  }
}

/** Who sends nothing for so long has gone away without a word. */
const patienceMs = 60_000;

async function writeDown(request: IncomingMessage, path: string) {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const file: FileHandle = await open(path, "wx", 0o600);
  request.setTimeout(patienceMs, () => request.destroy());
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      sizeBytes += chunk.length;
      if (sizeBytes > mostBytes()) throw tooLarge();
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (sizeBytes === 0) throw new AppError("VALIDATION_ERROR", "The body is empty. Send the file as the body.");
    await file.sync();
    return { sizeBytes, sha256: hash.digest("hex") };
  } finally {
    request.setTimeout(0);
    await file.close();
  }
}

function toRefusal(error: unknown): AppError {
  if (/^(ENOSPC|EDQUOT)$/.test(codeOf(error) ?? ""))
    return new AppError("UNAVAILABLE", "The disk for uploads is full. Tell an administrator of this server.");
  if (codeOf(error) === "ECONNRESET") return new AppError("VALIDATION_ERROR", "The file did not arrive as a whole.");
  return toAppError(error);
}
