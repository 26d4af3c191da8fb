import type { IncomingMessage, ServerResponse } from "node:http";
import { socketAddressHeader } from "@/server/address";
import { serveDataDownload } from "@/server/data-download";
import { serveResumable } from "@/server/data-file/resumable";
import { serveDataUpload } from "@/server/data-file/upload";
import { serveDecrypted } from "@/server/decrypted-download";
import { serveDocs } from "@/server/docs";
import { serveDownload } from "@/server/download";
import type { Door } from "@/server/exchange";
import { serveExportedFile } from "@/server/exported-file";
import { headersOf } from "@/server/headers";
import { serveImportProblems } from "@/server/import-problems";
import { serveOperations } from "@/server/operations";
import { serveProcedures } from "@/server/procedures";
import { serveProofReport } from "@/server/proof-report";
import { requestIdOf } from "@/server/request-id";
import { logged } from "@/server/request-log";
import { serveRest } from "@/server/rest/serve";
import { secure } from "@/server/security-headers";
import { serveTableDownload } from "@/server/table-download";
import { serveUpload } from "@/server/upload";

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>;

/** In this order. Each gives false for a request that is not for it. */
const doors: Door[] = [
  serveOperations,
  serveDownload,
  serveDecrypted,
  serveTableDownload,
  serveDataDownload,
  serveExportedFile,
  serveProofReport,
  serveUpload,
  serveImportProblems,
  serveDataUpload,
  serveResumable,
  serveProcedures,
  serveRest,
  serveDocs,
];

/** Serves all requests: what is not for one of our own doors is for the pages. */
export function serveWith(pages: Handler, isDevelopment: boolean): Handler {
  return (request, response) =>
    logged(request, response, async () => {
      request.headers[socketAddressHeader] = request.socket.remoteAddress ?? "";
      const headers = headersOf(request);
      const requestId = requestIdOf(headers);
      headers.set("x-request-id", requestId);
      request.headers["x-request-id"] = requestId;
      response.setHeader("X-Request-Id", requestId);
      secure(request, response, isDevelopment);
      const exchange = { request, response, headers, url: new URL(request.url ?? "/", "http://localhost") };
      for (const door of doors) if (await door(exchange)) return;
      await pages(request, response);
    });
}
