import { and, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { type JobStatus, jobs } from "@/db/schema";
import { ring } from "@/jobs/queue";

/** Workers listen here for the ids of jobs to end at once; their heartbeat finds what a lost message missed. */
export const cancelChannel = "coffer_cancel";

/** What a job is once its end was asked for. */
export type CancelStatus = Extract<JobStatus, "cancelling" | "cancelled">;

/**
 * Asks for the end of a job. One that no worker has touched is `cancelled` at once; any other becomes `cancelling` until
 * a worker has proved that nothing of it is left. Asking twice is the same as asking once; too late is `INVALID_JOB_STATUS`.
 */
export async function requestCancel(tx: Tx, jobId: string, userId: string): Promise<CancelStatus> {
  const untouched = sql`${jobs.fence} = 0`;
  const [row] = await tx
    .update(jobs)
    .set({
      status: sql`(case when ${untouched} then 'cancelled' else 'cancelling' end)::control_plane.job_status`,
      cancelRequestedAt: sql`now()`,
      cancelRequestedBy: userId,
      currentStep: sql`case when ${untouched} then 'Cancelled before it started' else 'Cancelling' end`,
      cancelReceipt: sql`jsonb_build_object('askedAt', to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'processEndedAt', null, 'backendEndedAt', null, 'filesRemovedAt', null)`,
      finishedAt: sql`case when ${untouched} then now() end`,
      etaSeconds: null,
      updatedAt: sql`now()`,
    })
    .where(and(eq(jobs.id, jobId), isNull(jobs.finishedAt), isNull(jobs.cancelRequestedAt), isNull(jobs.committedAt)))
    .returning({ status: jobs.status, kind: jobs.kind, workerId: jobs.workerId });
  if (!row) return laterStatus(tx, jobId);
  if (row.status === "cancelling" && row.workerId === null) await ring(tx, { id: jobId, kind: row.kind });
  await tx.execute(sql`select pg_notify(${cancelChannel}, ${jobId})`);
  return row.status === "cancelled" ? "cancelled" : "cancelling";
}

async function laterStatus(tx: Tx, jobId: string): Promise<CancelStatus> {
  const [row] = await tx
    .select({ status: jobs.status, finishedAt: jobs.finishedAt })
    .from(jobs)
    .where(eq(jobs.id, jobId));
  if (row?.status === "cancelling") return row.status;
  if (!row) throw new AppError("JOB_NOT_FOUND", "There is no such job.");
  if (!row.finishedAt)
    throw new AppError(
      "INVALID_JOB_STATUS",
      "This job cannot be cancelled any more: its result is being put in place.",
    );
  throw new AppError("INVALID_JOB_STATUS", `This job cannot be cancelled: it is already ${row.status}.`);
}
