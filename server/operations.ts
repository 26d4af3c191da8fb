import { pipeline } from "node:stream/promises";
import { dbEnv } from "@/db/env";
import { AppError, codeOf } from "@/db/errors";
import { auditCsv } from "@/server/audit-csv";
import { auditFilters } from "@/server/audit-log";
import type { Exchange } from "@/server/exchange";
import { readHealth } from "@/server/health";
import { mayReadMetrics, readMetrics } from "@/server/metrics";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { sendJson } from "@/server/respond";
import { openApiDocument } from "@/server/rest/openapi";
import { callProcedure } from "@/server/rest/row";
import { fromQuery } from "@/server/rest/wire";
import { createContext } from "@/server/trpc";

type Handler = (exchange: Exchange) => Promise<void> | void;

/** What is asked for with a plain GET and is no procedure's answer. */
const handlers: Record<string, Handler> = {
  "/api/health/live": ({ response }) => sendJson(response, { status: 200, body: { status: "ok" } }),
  "/api/health/ready": serveHealth,
  "/api/metrics": serveMetrics,
  "/api/openapi.json": ({ response }) => sendJson(response, { status: 200, body: document() }),
  "/api/v1/audit.csv": serveAuditCsv,
};

/** Serves health, metrics, the OpenAPI document and the audit as CSV. Gives false for any other request. */
export async function serveOperations(exchange: Exchange): Promise<boolean> {
  const { request, response, url } = exchange;
  const handler = Object.hasOwn(handlers, url.pathname) ? handlers[url.pathname] : undefined;
  if (!handler) return false;
  noteOnRequest({ route: url.pathname });
  try {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      throw new AppError("METHOD_NOT_ALLOWED", "Use GET here.");
    }
    await handler(exchange);
  } catch (error) {
    sendProblem(response, toAppError(error), error);
  }
  return true;
}

let made: ReturnType<typeof openApiDocument> | undefined;
const document = () => (made ??= openApiDocument(dbEnv().PUBLIC_URL));

async function serveHealth({ response }: Exchange) {
  const health = await readHealth();
  sendJson(response, { status: health.status === "ok" ? 200 : 503, body: health });
}

async function serveMetrics({ response, headers }: Exchange) {
  if (!mayReadMetrics(headers)) throw new AppError("UNAUTHENTICATED", "Send METRICS_TOKEN as a bearer token.");
  const { contentType, text } = await readMetrics();
  response.writeHead(200, { "Content-Type": contentType, "Cache-Control": "no-store" }).end(text);
}

async function serveAuditCsv({ response, url, headers }: Exchange) {
  const ctx = await createContext(headers);
  const filters = await callProcedure(ctx, "audit.export", fromQuery(auditFilters, url.searchParams, "camel"));
  const name = `coffer-audit_${new Date().toISOString().slice(0, 10)}.csv`;
  response.writeHead(200, {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${name}"`,
    "Cache-Control": "no-store",
  });
  await pipeline(auditCsv(filters), response).catch((error) => {
    // The client left.
    if (codeOf(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}
