import { setTimeout as delay } from "node:timers/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { type CancelReceipt, jobs } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { lockDumpsOf, ringNextDumps } from "@/jobs/lifecycle/dump-line";
import { type Failure, type FailureCode, failureCodes } from "@/jobs/lifecycle/failure";
import type { Report } from "@/jobs/lifecycle/lease";
import { announceEnd } from "@/jobs/notification/job-end";
import { ring } from "@/jobs/queue";

/** How long an outcome waits for a control plane that is away, before the process gives up on it. */
const outcomePatience = 15 * 60_000;
/** After each attempt, in seconds. A place that copies go to may be away for minutes, and what is copied does not run away. */
const retryDelays = (code: FailureCode) => (code === "destination_unavailable" ? [60, 300] : [5, 20]);

const released = { workerId: null, queueWorkerId: null, leaseExpiresAt: null, updatedAt: sql`now()` };
const over = { ...released, finishedAt: sql`now()`, etaSeconds: null, currentTable: null };

/** The job and the last thing that it had to tell. */
export type Ended = { job: ClaimedJob; report: Report };

const mine = (job: ClaimedJob, ...statuses: ("in_progress" | "cancelling")[]) =>
  and(eq(jobs.id, job.id), eq(jobs.fence, job.fence), inArray(jobs.status, statuses));

/**
 * Ends the job well, together with what `commit` writes, in one transaction. Gives `cancelling` when somebody asked for
 * the end first, and `lost` when another attempt has taken over: in both cases nothing was written.
 */
export function completeJob(
  { job, report }: Ended,
  commit: (tx: Tx) => Promise<void>,
): Promise<"completed" | "cancelling" | "lost"> {
  return persist(job, async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({
        ...report,
        ...over,
        status: "completed",
        progressPercentage: 100,
        stepsCompleted: sql`${jobs.stepsTotal}`,
        currentStep: "Finished",
      })
      .where(mine(job, "in_progress"))
      .returning({ id: jobs.id });
    if (row) {
      await commit(tx);
      await announceEnd(tx, job);
      return "completed";
    }
    const [now] = await tx.select({ status: jobs.status, fence: jobs.fence }).from(jobs).where(eq(jobs.id, job.id));
    if (now?.fence !== job.fence) return "lost";
    // A connection that broke while it committed: the first try went through after all.
    if (now.status === "completed") return "completed";
    return now.status === "cancelling" ? "cancelling" : "lost";
  });
}

/**
 * Asks for leave to put in place what the job has made: from here on its end cannot be asked for. Throws `cancelled` when somebody
 * was faster, and `lost` when another attempt has taken over. Not repeated: whoever asks may hold others up meanwhile.
 */
export async function passPointOfNoReturn(job: ClaimedJob): Promise<void> {
  const [row] = await db
    .update(jobs)
    .set({ committedAt: sql`now()` })
    .where(mine(job, "in_progress"))
    .returning({ id: jobs.id });
  if (row) return;
  const [now] = await db.select({ status: jobs.status, fence: jobs.fence }).from(jobs).where(eq(jobs.id, job.id));
  throw now?.fence === job.fence && now.status === "cancelling" ? "cancelled" : "lost";
}

/** Takes it back: nothing was put in place. */
export async function leavePointOfNoReturn(job: ClaimedJob): Promise<void> {
  await db.update(jobs).set({ committedAt: null }).where(mine(job, "in_progress"));
}

/** When each part was seen to be gone, by this machine's clock. */
type Gone = { [Part in Exclude<keyof CancelReceipt, "askedAt">]: Date | null };

/** Ends a job that was asked to end, once nothing of it is left. */
export async function cancelJob({ job, report }: Ended, gone: Gone): Promise<void> {
  await persist(job, (tx) => {
    // One present for all of them: a millisecond between two would turn their order round.
    const ago = agoAt(Date.now());
    return tx
      .update(jobs)
      .set({
        ...report,
        ...over,
        status: "cancelled",
        currentStep: "Cancelled",
        cancelReceipt: sql`${jobs.cancelReceipt} || jsonb_build_object('processEndedAt', ${ago(gone.processEndedAt)},
          'backendEndedAt', ${ago(gone.backendEndedAt)}, 'filesRemovedAt', ${ago(gone.filesRemovedAt)})`,
      })
      .where(mine(job, "cancelling"));
  });
}

/** The time on the database's clock, which also says when the end was asked for: an order of events needs one clock. */
const agoAt = (now: number) => (time: Date | null) => {
  if (!time) return sql`null`;
  const seconds = Math.max(0, now - time.getTime()) / 1000;
  return sql`to_char((statement_timestamp() - make_interval(secs => ${seconds})) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
};

/** Ends the job badly, or puts it back for another attempt when that can cure the cause and there is one left. */
export async function failJob({ job, report }: Ended, failure: Failure): Promise<void> {
  const allowed = failure.code === "schema_changed" ? Math.min(2, job.maxAttempts) : job.maxAttempts;
  const willRetry = failureCodes[failure.code].retry && job.attempts < allowed;
  const wait = retryDelays(failure.code)[job.attempts - 1] ?? 60;
  const error = {
    errorCode: failure.code,
    errorMessage: failure.message,
    failure: { hint: failure.hint ?? null, toolOutput: failure.toolOutput ?? [], willRetry },
  };
  await persist(job, async (tx) => {
    const next = willRetry
      ? {
          ...released,
          status: "pending" as const,
          currentStep: "Waiting to try again",
          runAt: sql`now() + make_interval(secs => ${wait})`,
          etaSeconds: null,
        }
      : { ...over, status: "failed" as const };
    const [row] = await tx
      .update(jobs)
      .set({ ...report, ...error, ...next })
      .where(mine(job, "in_progress"))
      .returning({ status: jobs.status });
    if (row?.status === "pending") await ring(tx, job, { afterSeconds: wait });
    if (row?.status === "failed") await announceEnd(tx, job);
    if (!row) await endAsCancelling(tx, job);
  });
}

/** Puts the job back as if this attempt had not been: the worker is stopping, which is not the user's fault. */
export async function giveBack(job: ClaimedJob): Promise<void> {
  await persist(job, async (tx) => {
    const [row] = await tx
      .update(jobs)
      .set({
        ...released,
        status: "pending",
        attempts: sql`${jobs.attempts} - 1`,
        currentStep: "Waiting for a worker",
        runAt: sql`now()`,
      })
      .where(mine(job, "in_progress"))
      .returning({ id: jobs.id });
    if (row) await ring(tx, job);
    else await endAsCancelling(tx, job);
  });
}

/** A cancel that came between the end of the work and this write: a worker picks it up and gives the receipt. */
async function endAsCancelling(tx: Tx, job: ClaimedJob) {
  const [row] = await tx.update(jobs).set(released).where(mine(job, "cancelling")).returning({ id: jobs.id });
  if (row) await ring(tx, job);
}

/** Runs the transaction, again and again while the control plane is away. What waits for the job's place at its database is rung for in it. */
async function persist<T>(job: ClaimedJob, write: (tx: Tx) => Promise<T>): Promise<T> {
  const deadline = Date.now() + outcomePatience;
  for (;;) {
    try {
      return await db.transaction(async (tx) => {
        const budget = await lockDumpsOf(tx, job);
        const written = await write(tx);
        if (budget) await ringNextDumps(tx, budget);
        return written;
      });
    } catch (error) {
      if (!isConnectionLoss(error) || Date.now() > deadline) throw error;
      log.warn({ error }, "the control plane is away; the outcome waits for it");
      await delay(500);
    }
  }
}
