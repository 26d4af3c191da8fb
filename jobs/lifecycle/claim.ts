import { and, eq, isNull, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { jobs } from "@/db/schema";
import { lineOf, lockDumpsOf, noteInLine, ringNow } from "@/jobs/lifecycle/dump-line";
import { lockProjectOf, mustWait, noteWaiting } from "@/jobs/lifecycle/project-lock";

/** How long a worker may be silent before its job is given to another. Renewed every few seconds by the database's clock. */
export const leaseSeconds = 30;

export const leaseUntil = sql`now() + make_interval(secs => ${leaseSeconds})`;

export type ClaimedJob = typeof jobs.$inferSelect & {
  /** Add to this machine's clock to get the database's, in ms. */
  clockSkew: number;
};

/**
 * Takes the job for this worker, or gives null when there is nothing to take: it is over, taken, not yet due, or waits for
 * another job of its project or for its turn at its database. Of two workers that ring at once, the database lets one through. A `cancelling` job without a
 * worker is taken to be cleaned up, which costs no attempt and waits for nobody.
 */
export async function claimJob(
  jobId: string,
  workerId: string,
  queueWorkerId: string | null,
): Promise<ClaimedJob | null> {
  const row = await db.transaction(async (tx) => {
    const about = await lockProjectOf(tx, jobId);
    const budget = about ? await lockDumpsOf(tx, about) : null;
    const line = budget && (await lineOf(tx, budget));
    const taken = await take(tx, {
      jobId,
      workerId,
      queueWorkerId,
      hasPlace: line === null || line.next.includes(jobId),
    });
    if (taken || (await noteWaiting(tx, jobId)) || line === null) return taken;
    // A bell for nobody rings no others: each of those might be on its way already, and would be for nobody as well.
    if (!(await noteInLine(tx, jobId, line))) return taken;
    // Others are to have a free place first: should their bells be lost, nobody else would ring for them.
    for (const id of line.next) await ringNow(tx, id);
    return taken;
  });
  return row ? { ...row, clockSkew: clockSkewOf(row) } : null;
}

type Taking = {
  jobId: string;
  workerId: string;
  queueWorkerId: string | null;
  /** Whether the budget of its database allows it to start. */
  hasPlace: boolean;
};

async function take(tx: Tx, { jobId, workerId, queueWorkerId, hasPlace }: Taking) {
  const starts = sql`${jobs.status} = 'pending'`;
  const [row] = await tx
    .update(jobs)
    .set({
      status: sql`(case when ${starts} then 'in_progress' else 'cancelling' end)::control_plane.job_status`,
      attempts: sql`${jobs.attempts} + (${starts})::int`,
      fence: sql`${jobs.fence} + 1`,
      workerId,
      queueWorkerId,
      leaseExpiresAt: leaseUntil,
      startedAt: sql`coalesce(${jobs.startedAt}, now())`,
      updatedAt: sql`now()`,
      ...freshAttempt,
    })
    .where(
      and(
        eq(jobs.id, jobId),
        isNull(jobs.leaseExpiresAt),
        sql`(${starts} and ${hasPlace} and ${jobs.runAt} <= now() and not ${mustWait} or ${jobs.status} = 'cancelling')`,
      ),
    )
    .returning();
  return row;
}

/** From a row that the database has only just written. */
export const clockSkewOf = (row: { updatedAt: Date }) => row.updatedAt.getTime() - Date.now();

/** Another attempt does all the work anew, so its progress starts anew. */
const freshAttempt = {
  stepsCompleted: 0,
  progressPercentage: 0,
  bytesDone: 0,
  rowsDone: 0,
  tablesDone: 0,
  currentTable: null,
  bytesPerSecond: null,
  etaSeconds: null,
  progress: null,
  errorCode: null,
  errorMessage: null,
  failure: null,
};
