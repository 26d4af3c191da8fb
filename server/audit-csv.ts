import type { z } from "zod";
import { type AuditRow, type auditFilters, auditPage } from "@/server/audit-log";

const columns = [
  "at",
  "actor",
  "action",
  "subject_kind",
  "subject_id",
  "project",
  "address",
  "request_id",
  "token_id",
  "details",
];
const pageRows = 1000;

/**
 * All events that the filters find, newest first, as CSV (RFC 4180) with a header, page by page: memory does not grow
 * with their number.
 */
export async function* auditCsv(filters: z.infer<typeof auditFilters>): AsyncGenerator<string> {
  yield line(columns);
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof auditPage>> = await auditPage({ ...filters, limit: pageRows, cursor });
    yield page.items.map((row) => line(fieldsOf(row))).join("");
    cursor = page.nextCursor;
  } while (cursor);
}

const fieldsOf = (row: AuditRow) => [
  row.at.toISOString(),
  row.actorEmail ?? "",
  row.action,
  row.subjectKind,
  row.subjectId,
  row.projectSlug ?? row.projectId ?? "",
  row.address ?? "",
  row.requestId ?? "",
  row.tokenId ?? "",
  row.details ? JSON.stringify(row.details) : "",
];

const line = (fields: string[]) => `${fields.map(quote).join(",")}\r\n`;

/** What a spreadsheet would take for a formula gets an apostrophe in front: some of it was typed by strangers. */
function quote(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
