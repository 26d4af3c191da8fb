import { randomUUID } from "node:crypto";
import { Metadata, Server } from "@tus/server";
import { AppError, errorStatus } from "@/db/errors";
import { log } from "@/db/log";
import { jobsEnv } from "@/jobs/env";
import type { DataFile } from "@/server/data-file/keep";
import {
  findDataFile,
  findUnfinished,
  finishUpload,
  metadataOf,
  type Purpose,
  unfinishedStore,
} from "@/server/data-file/unfinished";
import { type Exchange, requireMethod } from "@/server/exchange";
import { countUpload, type Importer, importerOf } from "@/server/importer";
import { internal, problemBody, sendProblem } from "@/server/problem";
import { beImpatient, requireFields, requireFilename, tooLarge, toRefusal } from "@/server/receive-file";
import { noteOnRequest } from "@/server/request-log";

const uploadsPath = "/api/v1/uploads";
const idAtEnd = /^\/api\/v1\/uploads\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * Takes a file of rows in as many requests as it needs, by the tus protocol (https://tus.io/protocols/resumable-upload). Whoever
 * asks is judged here, before tus sees the request. Gives false for any other request.
 */
export async function serveResumable(exchange: Exchange): Promise<boolean> {
  const { request, response, url } = exchange;
  if (url.pathname !== uploadsPath && !url.pathname.startsWith(`${uploadsPath}/`)) return false;
  noteOnRequest({ route: url.pathname === uploadsPath ? uploadsPath : `${uploadsPath}/{id}` });
  try {
    requireFields(url.searchParams, []);
    if (url.pathname === uploadsPath) await create(exchange);
    else await goOn(exchange, idAtEnd.exec(url.pathname)?.[1]);
  } catch (error) {
    // The rest of a body that nobody wants must not be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    response.setHeader("Tus-Resumable", "1.0.0");
    sendProblem(response, toRefusal(error), error);
  }
  return true;
}

/** What this door has found out about a request, for when tus asks. */
const known = new WeakMap<object, { importer: Importer; purpose: Purpose }>();

async function create(exchange: Exchange): Promise<void> {
  const { request, headers } = exchange;
  requireMethod(exchange, ["POST", "OPTIONS"]);
  if (request.method === "OPTIONS") return pass(exchange);
  const importer = await importerOf(headers, "POST");
  const metadata = metadataIn(headers);
  const { id: projectId } = await importer.into(metadata.project_id ?? null);
  const filename = requireFilename(metadata.filename ?? "data");
  const length = headers.get("upload-length");
  if (Number(length) > jobsEnv().IMPORT_MAX_MB * 1_000_000) throw tooLarge(jobsEnv().IMPORT_MAX_MB);
  if (length === null || Number(length) === 0)
    throw new AppError("VALIDATION_ERROR", "Upload-Length has to be the size of the file, which may not be empty.");
  await countUpload(importer);
  known.set(request, { importer, purpose: { filename, projectId, userId: importer.user.id } });
  await pass(exchange);
}

function metadataIn(headers: Headers): Record<string, string | null> {
  try {
    return Metadata.parse(headers.get("upload-metadata") ?? "");
  } catch {
    throw new AppError("VALIDATION_ERROR", "Upload-Metadata has to hold project_id and filename, in base64.");
  }
}

const noUpload = () => new AppError("FILE_NOT_FOUND", "There is no such upload.");

async function goOn(exchange: Exchange, id: string | undefined): Promise<void> {
  const { request, headers } = exchange;
  requireMethod(exchange, ["HEAD", "PATCH", "DELETE", "OPTIONS"]);
  if (request.method === "OPTIONS") return pass(exchange);
  const importer = await importerOf(headers, request.method);
  const upload = id === undefined ? null : await findUnfinished(id);
  if (id === undefined || !upload) return finished(exchange, importer, id ? await findDataFile(id) : null);
  if (upload.userId !== importer.user.id) throw noUpload();
  await importer.into(upload.projectId);
  // Its last request may have been cut off after its last byte.
  if (upload.isWhole) return finished(exchange, importer, await finishUpload(upload, importer.origin));
  known.set(request, { importer, purpose: upload });
  const release = beImpatient(request);
  await pass(exchange).finally(release);
}

/** The last answer may have been lost: who asks again hears that the file is whole. */
async function finished({ request, response, headers }: Exchange, importer: Importer, file: DataFile | null) {
  if (!file || file.uploadedBy !== importer.user.id || request.method === "DELETE") throw noUpload();
  await importer.into(file.projectId);
  const isPatch = request.method === "PATCH";
  if (isPatch && headers.get("upload-offset") !== String(file.sizeBytes))
    throw new AppError("ALREADY_EXISTS", "This upload is whole.");
  response.writeHead(isPatch ? 204 : 200, {
    "Tus-Resumable": "1.0.0",
    "Upload-Offset": file.sizeBytes,
    "Upload-Length": file.sizeBytes,
    "Cache-Control": "no-store",
  });
  response.end();
}

let tus: Promise<Server> | undefined;

async function pass({ request, response }: Exchange): Promise<void> {
  tus ??= unfinishedStore().then(serverOf);
  const server = await tus;
  await server.handle(request, response);
}

type Asked = Parameters<NonNullable<Server["options"]["onUploadFinish"]>>[0];
const knownOf = (asked: Asked) => {
  const request = asked.runtime?.node?.req;
  const found = request && known.get(request);
  if (!found) throw new Error("a request that was not judged has come to tus");
  return found;
};

function serverOf(datastore: Server["datastore"]): Server {
  return new Server({
    datastore,
    path: uploadsPath,
    maxSize: () => jobsEnv().IMPORT_MAX_MB * 1_000_000,
    // A client's Host decides nothing.
    relativeLocation: true,
    allowedOrigins: [],
    namingFunction: () => randomUUID(),
    getFileIdFromRequest: ({ url }) => idAtEnd.exec(new URL(url).pathname)?.[1],
    onUploadCreate: async (asked) => ({ metadata: metadataOf(knownOf(asked).purpose) }),
    onUploadFinish: async (asked, upload) => {
      const { importer, purpose } = knownOf(asked);
      await finishUpload({ ...purpose, id: upload.id, isWhole: true }, importer.origin);
      return {};
    },
    onResponseError: (asked, error) => {
      if (!(error instanceof Error) || "status_code" in error) return undefined;
      const refusal = toRefusal(error);
      const requestId = asked.headers.get("x-request-id") ?? "";
      if (refusal.code === internal) log.error({ error, requestId }, "request failed");
      return { status_code: errorStatus[refusal.code], body: JSON.stringify(problemBody(refusal, requestId)) };
    },
  });
}
