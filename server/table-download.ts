import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { type OpenTable, openTable } from "@/jobs/browse/dump";
import { type TableFormat, tableFile, tableFormats } from "@/jobs/browse/table-file";
import { tableOf, withDump } from "@/server/browse";
import { disposition } from "@/server/disposition";
import { callerOf } from "@/server/download-caller";
import { type Exchange, goneSignal, requireMethod } from "@/server/exchange";
import { nameInPath } from "@/server/name-in-path";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { findBackup } from "@/server/routers/backup";

const tablePath = /^\/api\/v1\/backups\/([0-9a-f-]{36})\/tables\/([^/]+)\/download$/;

const contentTypes: Record<TableFormat, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json",
  sql: "application/sql",
};

/**
 * Serves one table of a backup as a file, as it is read: its length is not known before. Gives false for any other request.
 * When it cannot be read to its end the connection breaks, so that nobody takes a part for the whole.
 */
export async function serveTableDownload(exchange: Exchange): Promise<boolean> {
  const { response, url } = exchange;
  const [, backupId, encoded] = tablePath.exec(url.pathname) ?? [];
  if (!backupId || !encoded) return false;
  noteOnRequest({ route: "/api/v1/backups/{id}/tables/{name}/download" });
  const gone = goneSignal(response);
  try {
    requireMethod(exchange, ["GET", "HEAD"], "A download is a GET or a HEAD.");
    await serve(exchange, { backupId, name: nameInPath(encoded), format: formatIn(url.searchParams) }, gone);
  } catch (error) {
    if (!gone.aborted) sendProblem(response, toAppError(error), error);
  }
  return true;
}

type Wanted = { backupId: string; name: string; format: TableFormat };

async function serve({ request, response, headers }: Exchange, wanted: Wanted, gone: AbortSignal): Promise<void> {
  const { user, origin } = await callerOf(wanted.backupId, new URLSearchParams(), headers);
  const { backup } = await findBackup(user, wanted.backupId);
  const { name, rows } = tableOf(backup, wanted.name);
  const none = () => new AppError("TABLE_NOT_FOUND", "The backup holds no rows of this table.");
  if (rows === null) throw none();
  await withDump(backup, gone, async (dump) => {
    await using table = await openTable(dump, name);
    if (!table) throw none();
    response.setHeader("Content-Type", contentTypes[wanted.format]);
    response.setHeader("Content-Disposition", disposition(`${stemOf(backup.filename)}.${name}.${wanted.format}`));
    response.setHeader("Cache-Control", "private, no-store, no-transform");
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (request.method === "HEAD") return void response.writeHead(200).end();
    await recordAudit(db, origin, {
      action: "backup.table_downloaded",
      subject: { kind: "backup", id: backup.id },
      projectId: backup.projectId,
      details: { filename: backup.filename, table: name, format: wanted.format },
    });
    await send(table, { ...wanted, response });
  });
}

function send(table: OpenTable, { format, name, response }: Wanted & Pick<Exchange, "response">): Promise<void> {
  return pipeline(Readable.from(tableFile(format, table, name)), response);
}

function formatIn(query: URLSearchParams): TableFormat {
  const { success, data } = z.enum(tableFormats).safeParse(query.get("format") ?? "csv");
  const fields = [{ field: "format", error: "must be csv, json or sql", code: "invalid_value" }];
  if (!success) throw new AppError("VALIDATION_ERROR", "format must be csv, json or sql.", { fields });
  return data;
}

/** Without what says of the backup how it is packed. */
const stemOf = (filename: string) => filename.replace(/\.(dump|sql|tar)(\.gz|\.zst)?(\.age)?$/, "");
