import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { withDataExport } from "@/jobs/data/export";
import { connectTenant } from "@/jobs/postgres/connection";
import { exporterOf } from "@/server/data-export/exporter";
import { wishOf } from "@/server/data-export/wish";
import { type Exchange, goneSignal, requireMethod } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { attachment } from "@/server/serve-file";
import { findDatabase, toUnreachable } from "@/server/tenant-database";

const path = /^\/api\/v1\/export\/([^/]+)\/download$/;

/**
 * Serves rows as a file while they are read, without a limit: its length is not known before. Gives false for any other request.
 * When they cannot be read to their end the connection breaks, so that nobody takes a part for the whole; when the client goes away,
 * so does the query.
 */
export async function serveRows(exchange: Exchange): Promise<boolean> {
  const { response, url } = exchange;
  const [, encoded] = path.exec(url.pathname) ?? [];
  if (!encoded) return false;
  noteOnRequest({ route: encoded === "full" ? "/api/v1/export/full/download" : "/api/v1/export/{table}/download" });
  const gone = goneSignal(response);
  try {
    requireMethod(exchange, ["GET", "HEAD"], "A download is a GET or a HEAD.");
    await serve(exchange, encoded === "full" ? null : nameIn(encoded), gone);
  } catch (error) {
    if (!gone.aborted) sendProblem(response, toAppError(toUnreachable(error)), error);
  }
  return true;
}

async function serve({ request, response, headers, url }: Exchange, table: string | null, gone: AbortSignal) {
  const { origin, project } = await exporterOf(headers, request.method, url.searchParams.get("project_id"));
  const options = wishOf(url.searchParams, table);
  const { connection } = await findDatabase(db, project.databaseId);
  const session = connectTenant(connection, "coffer:web");
  const end = () => void session.end({ timeout: 0 });
  gone.addEventListener("abort", end, { once: true });
  const exported = { slug: project.slug, name: project.name, schema: project.schemaName };
  try {
    // So that a query that waits for a lock hears of it, too. Not every server's system can.
    await session.unsafe("set client_connection_check_interval = '1s'").catch(() => {});
    await withDataExport(session, { project: exported, options, now: new Date() }, async (opened) => {
      response.setHeader("Content-Type", opened.contentType);
      response.setHeader("Content-Disposition", attachment(opened.filename));
      response.setHeader("Cache-Control", "private, no-store, no-transform");
      response.setHeader("X-Content-Type-Options", "nosniff");
      if (request.method === "HEAD") return void response.writeHead(200).end();
      await recordAudit(db, origin, {
        action: "data.exported",
        subject: { kind: "project", id: project.id },
        projectId: project.id,
        details: { filename: opened.filename, tables: opened.tables.slice(0, 100), ...options },
      });
      await pipeline(Readable.from(opened.pieces(), { objectMode: false, highWaterMark: 256 * 1024 }), response);
    });
  } finally {
    gone.removeEventListener("abort", end);
    await session.end({ timeout: 0 });
  }
}

function nameIn(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new AppError("VALIDATION_ERROR", "The name of the table is not encoded as it has to be in an address.");
  }
}
