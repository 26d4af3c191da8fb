import { and, eq, lte, ne } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { exportFiles, removeExportFile } from "@/jobs/export-data/files";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { releaseAttempts } from "@/jobs/postgres/backend";

/** Ends what attempts up to this fence have left at the server, and removes their files. */
export async function cleanDataExport(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  // Files first: they are ours alone, while the server may be away.
  for (const { name, jobId, fence } of await exportFiles())
    if (jobId === job.id && fence !== null && fence <= upToFence) await removeExportFile(name);
  await removeUnlisted(job, upToFence);
  const filesRemovedAt = new Date();
  const { connection } = await loadSubject(job.projectId);
  const backendEndedAt = await releaseAttempts(connection, job, upToFence).catch(() => null);
  return { backendEndedAt, filesRemovedAt };
}

/**
 * A whole file whose last transaction never came. The lock waits for an attempt that is just listing its own: the job is
 * completed then, and the file stays.
 */
async function removeUnlisted(job: ClaimedJob, upToFence: number): Promise<void> {
  await db.transaction(async (tx) => {
    const [mine] = await tx
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.id, job.id), lte(jobs.fence, upToFence + 1), ne(jobs.status, "completed")))
      .for("update");
    if (mine) await removeExportFile(mine.id);
  });
}
