import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { db } from "@/db/client";
import { restores } from "@/db/schema";
import { type RestoreOptions, restoreOptions } from "@/jobs/restore-backup/options";
import { startRestore, startUndo } from "@/jobs/restore-backup/start";
import { tester } from "@/jobs/testing/control-plane";
import { type Backup, type Job, jobAtEnd } from "@/jobs/testing/export-job";
import { adminSql, type Tenant } from "@/jobs/testing/tenant";

const origin = { actor: tester, address: null, requestId: "request-of-a-test" };

/** Starts a restore as the web process does, by default without a safety backup. Gives the id of the job. */
export async function startRestoreOf(backup: Backup, to: Tenant, options: Partial<RestoreOptions> = {}) {
  const wanted = restoreOptions.parse({ backupId: backup.id, createSafetyBackup: false, ...options });
  const { filename } = backup;
  const { id } = await db.transaction((tx) =>
    startRestore(tx, origin, { options: wanted, filename, projectId: to.projectId }),
  );
  return id;
}

/** Restores, and gives the job, which has ended well. */
export async function restored(backup: Backup, to: Tenant, options: Partial<RestoreOptions> = {}): Promise<Job> {
  const job = await jobAtEnd(await startRestoreOf(backup, to, options), 120);
  expect(job).toMatchObject({ status: "completed", progressPercentage: 100, errorMessage: null });
  return job;
}

export async function startUndoOf(restoreJobId: string, { projectId }: Tenant): Promise<string> {
  const { id } = await db.transaction((tx) => startUndo(tx, origin, { restoreJobId, projectId }));
  return id;
}

export const journalOf = async (jobId: string) =>
  (await db.select().from(restores).where(eq(restores.jobId, jobId)))[0];

/** The schemas that restores and undos have made and left in the database of all tests, of this job. */
export async function schemasOf(jobId: string): Promise<string[]> {
  const rows = await adminSql()<{ name: string }[]>`
    select nspname as name from pg_namespace where nspname like ${`coffer_%${jobId.replaceAll("-", "")}%`} order by 1`;
  return rows.map(({ name }) => name);
}
