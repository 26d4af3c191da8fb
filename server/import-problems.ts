import { pipeline } from "node:stream/promises";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { problemsTable, stagePrefix } from "@/jobs/data-import/names";
import { connectTenant } from "@/jobs/postgres/connection";
import { qualified } from "@/jobs/postgres/identifier";
import { type Exchange, goneSignal, requireMethod } from "@/server/exchange";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { findImport } from "@/server/routers/data-import";
import { findDatabase, toUnreachable } from "@/server/tenant-database";
import { createContext } from "@/server/trpc";

const problemsPath = /^\/api\/v1\/imports\/([0-9a-f-]{36})\/problems\.csv$/;

/** Serves all problems that a check or an import has found, as long as its file is kept. Gives false for any other request. */
export async function serveImportProblems(exchange: Exchange): Promise<boolean> {
  const { request, response, headers, url } = exchange;
  const [, jobId] = problemsPath.exec(url.pathname) ?? [];
  if (!jobId) return false;
  noteOnRequest({ route: "/api/v1/imports/{job_id}/problems.csv", jobId });
  const gone = goneSignal(response);
  try {
    requireMethod(exchange, ["GET", "HEAD"]);
    const ctx = await createContext(headers);
    const user = requireCaller(ctx, request.method, headers);
    if (ctx.token && !ctx.token.scopes.includes("read"))
      throw new AppError("PERMISSION_DENIED", "This API token lacks the scope read.");
    const { found, project } = await findImport(user, jobId);
    const { connection } = await findDatabase(db, project.databaseId);
    await using session = open(connectTenant(connection, "coffer:web"), gone);
    const table = await tableOf(session.sql, found.fileId, jobId);
    response.setHeader("Content-Type", "text/csv; charset=utf-8; header=present");
    response.setHeader("Content-Disposition", `attachment; filename="problems-${jobId}.csv"`);
    response.setHeader("Cache-Control", "private, no-store, no-transform");
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (request.method === "HEAD") response.writeHead(200).end();
    else await pipeline(await session.sql.unsafe(copyOf(table)).readable(), response);
  } catch (error) {
    if (!gone.aborted) sendProblem(response, toAppError(toUnreachable(error)), error);
  }
  return true;
}

function open(sql: ReturnType<typeof connectTenant>, gone: AbortSignal) {
  const end = () => sql.end({ timeout: 0 });
  gone.addEventListener("abort", end, { once: true });
  return { sql, [Symbol.asyncDispose]: end };
}

async function tableOf(sql: ReturnType<typeof connectTenant>, fileId: string | null, jobId: string): Promise<string> {
  const table = problemsTable(jobId);
  const [stage] = fileId
    ? await sql<{ name: string }[]>`
        select nspname as name from pg_namespace n join pg_class c on c.relnamespace = n.oid and c.relname = ${table}
        where starts_with(nspname, ${stagePrefix(fileId)})`
    : [];
  if (stage) return qualified(stage.name, table);
  throw new AppError(
    "FILE_NOT_FOUND",
    "The list is kept as long as the file, which is gone. Upload it and run the dry run again.",
  );
}

/** What comes out of the file must not become a formula where the list is opened. */
const copyOf = (table: string) => `copy (
  select line, row, "table", field, kind, message, case when value ~ '^[=+@\\t\\r-]' then '''' || value else value end as value
  from ${table} order by n) to stdout (format csv, header)`;
