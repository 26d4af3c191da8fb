import { randomUUID } from "node:crypto";
import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { type OpenExport, withExport } from "@/jobs/data/open-export";
import type { Wish } from "@/jobs/data/options";
import { failureOf } from "@/jobs/lifecycle/failure";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { toUnreachable } from "@/server/tenant-database";

type Asked = { projectId: string; wish: Wish; gone: AbortSignal; counts?: boolean };

/** How long somebody who waits for an answer waits for a lock. */
const lockWaitSeconds = 10;

/** How many exports one process carries out at a time: each holds locks at the tenant's server, and a session. */
const most = 16;
let now = 0;

/** Opens an export for a request, which ends with it. Throws UNAVAILABLE when too many are under way. */
export async function withRows<T>(
  { projectId, gone, ...asked }: Asked,
  use: (opened: OpenExport) => Promise<T>,
): Promise<T> {
  if (now >= most)
    throw new AppError("UNAVAILABLE", "Many exports are under way just now. Try again soon.", { retryAfter: 5 });
  now++;
  try {
    const subject = await loadSubject(projectId);
    const application = `coffer:export-${randomUUID()}`;
    return await withExport({ subject, application, signal: gone, lockWaitSeconds, ...asked }, use);
  } catch (error) {
    if (gone.aborted) throw new AppError("UNAVAILABLE", whyGone(gone));
    throw inWords(error);
  } finally {
    now--;
  }
}

const whyGone = ({ reason }: AbortSignal) =>
  reason instanceof Error && reason.name === "TimeoutError"
    ? "The rows could not be read in ten minutes. Start an export to a file."
    : "The caller has left.";

function inWords(error: unknown): unknown {
  const { code, message } = failureOf(error);
  if (!(error instanceof AppError) && code === "blocked_by_lock")
    return new AppError("UNAVAILABLE", `${message} Try again soon.`, { retryAfter: 10 });
  return toUnreachable(error);
}

type Exported = { wish: Wish; opened: OpenExport; projectId: string };

/** Writes down that somebody takes rows: what they chose by, but none of the values. */
export function noteExport(origin: Origin, { wish, opened, projectId }: Exported): Promise<void> {
  const { filename, recordCount, tableCounts } = opened;
  return recordAudit(db, origin, {
    action: "data.exported",
    subject: { kind: "project", id: projectId },
    projectId,
    details: { filename, ...choiceOf(wish), rows: recordCount, tables: Object.keys(tableCounts).length },
  });
}

/** What a wish asks for, without the values in it. */
export function choiceOf(wish: Wish) {
  const { what, format } = wish;
  if (what === "full") return { what, format, included: wish.includeTables, excluded: wish.excludeTables };
  if (what === "rows")
    return { what, format, table: wish.tableName, ids: wish.ids.length, related: wish.includeRelated };
  return { what, format, table: wish.tableName, filteredBy: wish.filters && Object.keys(wish.filters) };
}
