import { and, eq, getTableColumns, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups, jobs, projectMembers, projects, users } from "@/db/schema";
import { batched } from "@/server/batched";

const { idempotencyKey, fence, workerId, queueWorkerId, leaseExpiresAt, runAt, cancelRequestedBy, ...shown } =
  getTableColumns(jobs);
const { progress, failure, ...listed } = shown;
const names = {
  // A job that makes its project knows what that will be called.
  projectSlug: sql<string>`coalesce(${projects.slug}, ${jobs.options}->>'slug')`,
  projectName: sql<string>`coalesce(${projects.name}, ${jobs.options}->>'name')`,
  userName: users.name,
  userEmail: users.email,
};

/** What a list of jobs shows of each. */
export const listedJob = { ...listed, failure: jobs.failure, ...names };

type Asked = { jobId: string; userId: string };

/** Everything about a job, and what this user may do in its project (null for one who is not a member of it). */
export const findStatus = batched(async (asked: Asked[]) => {
  const [jobIds, userIds] = [asked.map(({ jobId }) => jobId), asked.map(({ userId }) => userId)];
  const found = await statuses().execute({ jobIds, userIds });
  const rows = new Map(found.map(({ nth, ...row }) => [nth, row]));
  return asked.map((_, i) => rows.get(i + 1));
});

let prepared: ReturnType<typeof prepareStatuses> | undefined;
const statuses = () => (prepared ??= prepareStatuses());

/** Asked once a second by each open dialog, so it is one prepared statement. */
function prepareStatuses() {
  const asked = {
    jobId: sql`asked.job_id`,
    userId: sql`asked.user_id`,
    nth: sql<number>`asked.nth::int`,
  };
  return db
    .select({
      nth: asked.nth,
      ...shown,
      ...names,
      permissions: projectMembers.permissions,
      backupId: backups.id,
      filename: backups.filename,
      storagePath: backups.storagePath,
      sizeBytes: backups.sizeBytes,
      originalBytes: backups.originalBytes,
      sha256: backups.sha256,
      format: backups.format,
      compression: backups.compression,
      encrypted: backups.encrypted,
      rowCount: backups.rowCount,
      tableCount: backups.tableCount,
      durationMs: backups.durationMs,
    })
    .from(
      sql`unnest(${sql.placeholder("jobIds")}::uuid[], ${sql.placeholder("userIds")}::uuid[])
        with ordinality as asked (job_id, user_id, nth)`,
    )
    .innerJoin(jobs, eq(jobs.id, asked.jobId))
    .leftJoin(projects, eq(projects.id, jobs.projectId))
    .leftJoin(users, eq(users.id, jobs.userId))
    .leftJoin(
      projectMembers,
      and(eq(projectMembers.projectId, jobs.projectId), eq(projectMembers.userId, asked.userId)),
    )
    .leftJoin(backups, eq(backups.jobId, jobs.id))
    .prepare("job_statuses");
}
