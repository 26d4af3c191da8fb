import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { contentTypes } from "@/server/download";
import { type Exchange, requireMethod } from "@/server/exchange";
import { openDecrypted } from "@/server/open-decrypted";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { readBody, readText } from "@/server/rest/body";
import { callProcedure } from "@/server/rest/row";
import { findBackup } from "@/server/routers/backup";
import { createContext, originOf } from "@/server/trpc";

const decryptedPath = /^\/api\/v1\/backups\/([0-9a-f-]{36})\/decrypted$/;

/**
 * Sends the file of an encrypted backup without its encryption. The key comes in the body of a POST and is gone with the
 * answer: it never stands in an address, where histories and logs would keep it. Gives false for any other request.
 */
export async function serveDecrypted(exchange: Exchange): Promise<boolean> {
  const { request, response, url } = exchange;
  const backupId = decryptedPath.exec(url.pathname)?.[1];
  if (!backupId) return false;
  noteOnRequest({ route: "/api/v1/backups/{id}/decrypted" });
  try {
    requireMethod(exchange, ["POST"], "Use POST here: a key has no place in an address.");
    await send(exchange, backupId);
  } catch (error) {
    if (!request.complete) response.setHeader("Connection", "close");
    sendProblem(response, toAppError(error), error);
  }
  return true;
}

async function send({ request, response, headers }: Exchange, backupId: string): Promise<void> {
  const ctx = await createContext(headers);
  const user = requireCaller(ctx, request.method, headers);
  const key = await keyIn(request, headers);
  // Its checks are ours: who may, and whether the key is one and fits.
  const { filename, sizeBytes } = await callProcedure(ctx, "backup.tryKey", { ...key, backupId });
  const { backup } = await findBackup(user, backupId);
  await using opened = await openDecrypted(backup, key);
  await recordAudit(db, originOf(user, ctx), {
    action: "backup.downloaded_decrypted",
    subject: { kind: "backup", id: backup.id },
    projectId: backup.projectId,
    details: { filename, keySupplied: Object.keys(key).length > 0 },
  });
  response.writeHead(200, {
    "Content-Type": contentTypes[backup.compression],
    "Content-Length": sizeBytes,
    "Content-Disposition": `attachment; filename="${filename}"`,
    "Cache-Control": "no-store, no-transform",
  });
  // At a damaged piece the answer breaks off before its promised length, which the client sees.
  await pipeline(Readable.from(opened.read(), { objectMode: false }), response).catch((error) => {
    if (codeOf(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}

/** Programs send JSON; the dashboard sends a form, so that the browser itself takes the file. */
async function keyIn(request: IncomingMessage, headers: Headers): Promise<Record<string, unknown>> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers.get("content-type") ?? ""))
    return (await readBody(request, headers)) ?? {};
  return Object.fromEntries(new URLSearchParams(await readText(request)));
}
