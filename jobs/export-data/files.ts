import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { eq, inArray, lt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { log } from "@/db/log";
import { dataExports } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";

/** How long the file of an export of rows is kept. */
export const exportHours = 24;

/** Where the file is, once it is whole. */
export const exportPath = (jobId: string) => path.join(jobsEnv().EXPORT_DIR, jobId);

/** Where an attempt writes it until then. */
export const exportPartPath = (jobId: string, fence: number) => `${exportPath(jobId)}.${fence}.part`;

/** Removes what attempts up to this fence have left, but for a file that is listed. */
export async function removeAttempts(jobId: string, upToFence: number): Promise<void> {
  for (let fence = 1; fence <= upToFence; fence++) await rm(exportPartPath(jobId, fence), { force: true });
  const listed = await db.select({ id: dataExports.jobId }).from(dataExports).where(eq(dataExports.jobId, jobId));
  if (listed.length === 0) await rm(exportPath(jobId), { force: true });
}

/** A file that is written to was written to a moment ago. */
const quietMs = 10 * 60_000;

const made = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\d+\.part)?$/;

/** Forgets files of rows whose time is over, and removes those that no row knows. */
export async function sweepExports(): Promise<void> {
  await db.delete(dataExports).where(lt(dataExports.expiresAt, sql`now()`));
  const folder = jobsEnv().EXPORT_DIR;
  const names = (await namesIn(folder)).filter((name) => made.test(name));
  if (names.length === 0) return;
  const ids = [...new Set(names.map((name) => name.slice(0, 36)))];
  const rows = await db.select({ id: dataExports.jobId }).from(dataExports).where(inArray(dataExports.jobId, ids));
  const known = new Set(rows.map(({ id }) => id));
  for (const name of names) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (known.has(name) || found === null || Date.now() - found.mtimeMs < quietMs) continue;
    await rm(file, { force: true });
    log.info({ name }, "a file of rows was swept");
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}
