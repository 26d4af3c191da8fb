import { and, eq, sql } from "drizzle-orm";
import { type AuditEvent, type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { type JobKind, type JobStatus, type JobStep, jobSecrets, jobs, type SuppliedKeys } from "@/db/schema";
import { ring } from "@/jobs/queue";

export type NewJob = {
  kind: JobKind;
  /** Null for one that makes its project. */
  projectId: string | null;
  options: Record<string, unknown>;
  steps: readonly { name: string; title: string }[];
  idempotencyKey?: string;
  /** The schedule that starts it. */
  scheduleId?: string;
  /** Not to be claimed before so much time has passed. */
  afterSeconds?: number;
  /** Kept sealed until the job is over, and read with `keysOf`. They are no part of its options. */
  keys?: SuppliedKeys;
  /** What the audit is told of a new job, which `jobId` is added to; nothing by whoever tells it. */
  audit?: Pick<AuditEvent, "action" | "subject" | "details">;
};

export type StartedJob = { id: string; status: JobStatus; projectId: string | null; createdAt: Date; isNew: boolean };

const columns = { id: jobs.id, status: jobs.status, projectId: jobs.projectId, createdAt: jobs.createdAt };

/**
 * Writes the job's row and its audit event, and rings its doorbell, in one transaction. With an idempotency key that the same user has used
 * before it gives the job of that time, or `IDEMPOTENCY_KEY_REUSED` when that one was for something else.
 */
export async function startJob(tx: Tx, origin: Origin, job: NewJob): Promise<StartedJob> {
  const steps: JobStep[] = job.steps.map((step) => ({ ...step, startedAt: null, finishedAt: null }));
  const { afterSeconds = 0 } = job;
  const [row] = await tx
    .insert(jobs)
    .values({
      kind: job.kind,
      projectId: job.projectId,
      userId: origin.actor?.id,
      options: job.options,
      idempotencyKey: job.idempotencyKey,
      requestId: origin.requestId,
      scheduleId: job.scheduleId,
      runAt: sql`now() + make_interval(secs => ${afterSeconds})`,
      steps,
      stepsTotal: steps.length,
      currentStep: afterSeconds > 0 ? "Waiting for its time" : "Waiting for a worker",
    })
    .onConflictDoNothing()
    .returning(columns);
  if (!row) return { ...(await earlierJob(tx, origin, job)), isNew: false };
  if (job.keys) await tx.insert(jobSecrets).values({ jobId: row.id, keys: job.keys });
  await ring(tx, { id: row.id, kind: job.kind }, { afterSeconds });
  if (job.audit) {
    const { audit, projectId } = job;
    await recordAudit(tx, origin, { ...audit, projectId, details: { jobId: row.id, ...audit.details } });
  }
  return { ...row, isNew: true };
}

async function earlierJob(tx: Tx, origin: Origin, job: NewJob) {
  const [row] = await tx
    .select({
      ...columns,
      same: sql<boolean>`${jobs.kind} = ${job.kind} and ${jobs.options} = ${JSON.stringify(job.options)}::jsonb`,
    })
    .from(jobs)
    .where(and(eq(jobs.userId, origin.actor?.id ?? ""), eq(jobs.idempotencyKey, job.idempotencyKey ?? "")));
  // One that had no project then may have made it since.
  if (!row?.same || (job.projectId !== null && row.projectId !== job.projectId)) {
    throw new AppError("IDEMPOTENCY_KEY_REUSED", "This idempotency key was used for another request. Send a new key.");
  }
  return { id: row.id, status: row.status, projectId: row.projectId, createdAt: row.createdAt };
}
