import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups, type JobKind, type JobStatus, jobs } from "@/db/schema";
import { exportSteps } from "@/jobs/export-backup/options";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { type ClaimedJob, claimJob } from "@/jobs/lifecycle/claim";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";
import { tester } from "@/jobs/testing/control-plane";
import type { Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

export type Job = typeof jobs.$inferSelect;
export type Backup = typeof backups.$inferSelect;

/** Starts an export as the web process does. Gives the id of the job. */
export async function startExport(tenant: Tenant, options: Record<string, unknown> = {}): Promise<string> {
  const job = await startExportWithKey(tenant, options);
  return job.id;
}

export function startExportWithKey(
  tenant: Tenant,
  options: Record<string, unknown>,
  idempotencyKey?: string,
): Promise<StartedJob> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  return db.transaction((tx) =>
    startJob(tx, origin, {
      kind: "export_backup",
      projectId: tenant.projectId,
      options,
      steps: exportSteps(options),
      idempotencyKey,
    }),
  );
}

export async function jobOf(id: string): Promise<Job> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id));
  if (!job) throw new Error("there is no such job");
  return job;
}

/** The job once the question about it is answered with yes. */
export async function jobWhen(id: string, asked: (job: Job) => unknown, seconds = 60): Promise<Job> {
  let seen: Job | undefined;
  const ask = async () => {
    seen = await jobOf(id);
    return asked(seen) ? seen : null;
  };
  return waitFor(ask, { what: `the job ${id} (${asked})`, seconds }).catch((error) => {
    const { status, currentStep, attempts, errorMessage } = seen ?? {};
    throw new Error(JSON.stringify({ status, currentStep, attempts, errorMessage }), { cause: error });
  });
}

/** The job once it is over, however it ended. */
export const jobAtEnd = (id: string, seconds = 60) => jobWhen(id, (job) => job.finishedAt, seconds);

export const cancelExport = (id: string): Promise<JobStatus> =>
  db.transaction((tx) => requestCancel(tx, id, tester.id));

export const backupsOf = (jobId: string): Promise<Backup[]> =>
  db.select().from(backups).where(eq(backups.jobId, jobId));

/** Makes this the job's last attempt: what a retry could cure then ends it. */
export const allowAttempts = (id: string, maxAttempts: number) =>
  db.update(jobs).set({ maxAttempts }).where(eq(jobs.id, id));

/** As if all the time had passed for which jobs of a kind wait before they are tried again. */
export const letWaitsPass = (kind: JobKind) =>
  db.execute(sql`
    with waiting as (
      update ${jobs} set run_at = now() where kind = ${kind} and status = 'pending' and run_at > now() returning id)
    update graphile_worker._private_jobs set run_at = now()
    where payload->>'jobId' in (select id::text from waiting)`);

export type Bell = { due: boolean; inSeconds: number; lockedBy: string | null };

/** What waits in the queue for a job. */
export async function bellsOf(jobId: string): Promise<Bell[]> {
  const rows = await db.execute<Bell>(sql`
    select run_at <= now() as due, extract(epoch from run_at - now())::float8 as "inSeconds", locked_by as "lockedBy"
    from graphile_worker._private_jobs where payload->>'jobId' = ${jobId}`);
  return [...rows];
}

/** Answers the bell and takes the job, as a worker does. Throws when it cannot be had. */
export async function claim(jobId: string, queueWorkerId: string | null = null): Promise<ClaimedJob> {
  await db.execute(sql`delete from graphile_worker._private_jobs where payload->>'jobId' = ${jobId}`);
  const job = await claimJob(jobId, randomUUID(), queueWorkerId);
  if (!job) throw new Error("the job could not be claimed");
  return job;
}
