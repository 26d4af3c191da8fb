import { eq } from "drizzle-orm";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataExports, jobs } from "@/db/schema";
import { totalOf } from "@/jobs/data/metadata";
import { findProject, requirePermission } from "@/server/trpc";

const noJob = () => new AppError("JOB_NOT_FOUND", "There is no such export.");

/**
 * The file that a job has made of rows, for somebody who may export them. Throws JOB_NOT_FOUND, INVALID_JOB_STATUS when there is
 * no file yet, or never, and LINK_EXPIRED when there is none any more.
 */
export async function findExport(user: Actor, jobId: string) {
  const [found] = await db
    .select({ job: { projectId: jobs.projectId, kind: jobs.kind, status: jobs.status }, stored: dataExports })
    .from(jobs)
    .leftJoin(dataExports, eq(dataExports.jobId, jobs.id))
    .where(eq(jobs.id, jobId));
  if (found?.job.kind !== "export_data" || !found.job.projectId) throw noJob();
  const project = await findProject(user, found.job.projectId, { missing: noJob });
  requirePermission(project, "export");
  const { stored, job } = found;
  if (!stored && job.status !== "completed")
    throw new AppError("INVALID_JOB_STATUS", `This export has no file: it is ${job.status.replace("_", " ")}.`);
  if (!stored || stored.expiresAt < new Date())
    throw new AppError("LINK_EXPIRED", "The file of this export is gone: it is kept for a day. Export the rows again.");
  const { createdAt: _, ...file } = stored;
  return { stored, project, file: { ...file, recordCount: totalOf(stored.tableCounts), projectSlug: project.slug } };
}
