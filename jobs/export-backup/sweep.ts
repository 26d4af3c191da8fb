import { inArray } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { jobs } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { homeFolder } from "@/jobs/home/folder";

/**
 * Removes unfinished files whose attempt is over: the job has ended, or a later attempt has taken over. Files of jobs that
 * this installation does not know may belong to another one that shares the folder, so they stay.
 */
export async function sweepUnfinished(): Promise<void> {
  const home = homeFolder(jobsEnv().BACKUP_DIR);
  const pieces = await home.unfinished();
  if (pieces.length === 0) return;
  const rows = await db
    .select({ id: jobs.id, fence: jobs.fence, workerId: jobs.workerId, finishedAt: jobs.finishedAt })
    .from(jobs)
    .where(inArray(jobs.id, [...new Set(pieces.map((piece) => piece.jobId))]));
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const piece of pieces) {
    const job = byId.get(piece.jobId);
    if (!job || (job.fence === piece.fence && !job.finishedAt && job.workerId)) continue;
    await home.discard(piece);
    log.info({ jobId: piece.jobId, fence: piece.fence }, "an unfinished file was swept");
  }
}
