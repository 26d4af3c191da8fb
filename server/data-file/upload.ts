import { randomUUID } from "node:crypto";
import type { Origin } from "@/db/audit";
import { AppError } from "@/db/errors";
import { jobsEnv } from "@/jobs/env";
import { type DataFile, dataFileAnswer, keepDataFile } from "@/server/data-file/keep";
import { type Exchange, requireMethod } from "@/server/exchange";
import { countUpload, importerOf } from "@/server/importer";
import { sendProblem } from "@/server/problem";
import { bodyOf, receiveFile, requireFields, requireFilename, requireSize, toRefusal } from "@/server/receive-file";
import { noteOnRequest } from "@/server/request-log";
import { sendJson } from "@/server/respond";

const uploadPath = "/api/v1/data-files";

const contentTypes = /^(application\/(octet-stream|json|x-ndjson|gzip|x-gzip|zip)|text\/csv)\s*(;|$)/i;

/** Takes a file of rows to import, as the raw body of a POST. Gives false for any other request. */
export async function serveDataUpload({ request, response, headers, url }: Exchange): Promise<boolean> {
  if (url.pathname !== uploadPath) return false;
  noteOnRequest({ route: uploadPath });
  try {
    requireMethod({ request, response }, ["POST"]);
    const importer = await importerOf(headers, "POST");
    requireFields(url.searchParams, ["project_id", "filename"]);
    const { id: projectId } = await importer.into(url.searchParams.get("project_id"));
    const filename = requireFilename(url.searchParams.get("filename") ?? "data");
    if (!contentTypes.test(headers.get("content-type") ?? ""))
      throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the file as the body, e.g. as application/octet-stream.");
    requireSize(headers, jobsEnv().IMPORT_MAX_MB);
    await countUpload(importer);
    const file = await receiveDataFile(bodyOf(request), () => ({ filename, projectId, origin: importer.origin }));
    sendJson(response, { status: 201, body: dataFileAnswer(file) });
  } catch (error) {
    // The rest of a body that nobody wants must not be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    sendProblem(response, toRefusal(error), error);
  }
  return true;
}

type Sender = { filename: string; projectId: string; origin: Origin };

/** Takes a file of rows to disk. Who it is for is asked once it is whole. */
export function receiveDataFile(source: AsyncIterable<Buffer>, sender: () => Sender): Promise<DataFile> {
  const id = randomUUID();
  return receiveFile(source, { id, mostMb: jobsEnv().IMPORT_MAX_MB }, async (tx, written) => {
    const file = await keepDataFile(tx, { id, ...sender() }, written);
    if (!file) throw new Error("a new file has been written down before");
    return file;
  });
}
