import { and, inArray, isNull, lt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { dataExports, jobs } from "@/db/schema";
import { exportFiles, removeExportFile } from "@/jobs/export-data/files";

/** Forgets exports that have expired, and removes files that no export has any more and no job is at work on. */
export async function sweepExports(): Promise<void> {
  await db.delete(dataExports).where(lt(dataExports.expiresAt, sql`now()`));
  const files = await exportFiles();
  const ids = [...new Set(files.map(({ jobId }) => jobId))];
  if (ids.length === 0) return;
  // In this order: a job that ends in between has its row by then.
  const unfinished = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(inArray(jobs.id, ids), isNull(jobs.finishedAt)));
  const listed = await db.select({ id: dataExports.jobId }).from(dataExports).where(inArray(dataExports.jobId, ids));
  const atWork = new Set(unfinished.map(({ id }) => id));
  const whole = new Set(listed.map(({ id }) => id));
  for (const { name, jobId, fence } of files) {
    if (atWork.has(jobId) || (fence === null && whole.has(jobId))) continue;
    await removeExportFile(name);
    log.info({ name }, "a file of exported rows was swept");
  }
}
