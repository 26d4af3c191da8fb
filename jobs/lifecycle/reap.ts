import { and, eq, getTableColumns, inArray, isNull, lt, not, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { db, type Tx } from "@/db/client";
import { databases, jobs, projects, workerInstances } from "@/db/schema";
import { type ClaimedJob, clockSkewOf } from "@/jobs/lifecycle/claim";
import { lockDumps, ringNextDumps } from "@/jobs/lifecycle/dump-line";
import { announceEnd } from "@/jobs/notification/job-end";
import { ring, sweepBells } from "@/jobs/queue";

/** A doorbell that nobody answered for this long is rung again. */
const bellPatienceSeconds = 20;

/**
 * One round: jobs whose worker has been silent for longer than its lease go back to the queue, or fail when no attempt is
 * left; bells that got lost with a worker are rung again. Gives the jobs that failed for good, for whoever called to clean
 * up after them: no attempt will. Any number of workers may do this at once.
 */
export async function reap(): Promise<ClaimedJob[]> {
  const lost = await db.transaction(async (tx) => {
    const lost = await releaseStaleLeases(tx);
    const dead = lost.flatMap((job) => (job.deadWorker ? [job.deadWorker] : []));
    if (dead.length > 0) {
      await tx.execute(
        sql`select graphile_worker.force_unlock_workers(array[${sql.join(
          dead.map((id) => sql`${id}`),
          sql`, `,
        )}]::text[])`,
      );
    }
    for (const job of lost) await (job.status === "failed" ? announceEnd(tx, job) : ring(tx, job));
    await ringLostBells(tx);
    await sweepBells(tx);
    await forgetWorkers(tx);
    return lost;
  });
  await ringDumps(lost.map(({ id }) => id));
  return lost
    .filter((job) => job.status === "failed")
    .map(({ deadWorker: _, ...job }) => ({ ...job, clockSkew: clockSkewOf(job) }));
}

/** Those that were not seen for a day, but for the last one of each backup folder: others are to know that there is, or was, another. */
async function forgetWorkers(tx: Tx) {
  const later = alias(workerInstances, "later");
  const hasLater = sql`exists (select from ${workerInstances} ${sql.raw("later")}
    where ${later.homeId} = ${workerInstances.homeId} and ${later.heartbeatAt} > ${workerInstances.heartbeatAt})`;
  const isOld = lt(workerInstances.heartbeatAt, sql`now() - interval '1 day'`);
  await tx.delete(workerInstances).where(and(isOld, or(isNull(workerInstances.homeId), hasLater)));
}

/** Rings for those in line at databases where these jobs have left a place, or where nobody has rung for so long that a bell must be lost. */
async function ringDumps(lost: string[]) {
  const found = await db
    .selectDistinct({ databaseId: databases.id, maxDumps: databases.maxDumps })
    .from(jobs)
    .innerJoin(projects, eq(projects.id, jobs.projectId))
    .innerJoin(databases, eq(databases.id, projects.databaseId))
    .where(or(inArray(jobs.id, lost), and(isUnanswered, inLine)));
  for (const budget of found)
    await db.transaction(async (tx) => {
      await lockDumps(tx, budget.databaseId);
      await ringNextDumps(tx, budget);
    });
}

// In parentheses: drizzle's `not` adds none.
const isUnanswered = sql`(${jobs.finishedAt} is null and ${jobs.leaseExpiresAt} is null and ${jobs.status} in ('pending', 'cancelling')
  and ${jobs.runAt} < now() - make_interval(secs => ${bellPatienceSeconds}))`;
const inLine = sql`(${jobs.status} = 'pending' and ${jobs.kind} = 'export_backup')`;

async function releaseStaleLeases(tx: Tx) {
  const stale = tx.$with("stale").as(
    tx
      .select({ id: jobs.id, deadWorker: sql<string | null>`${jobs.queueWorkerId}`.as("dead_worker") })
      .from(jobs)
      .where(lt(jobs.leaseExpiresAt, sql`now()`))
      .for("update", { skipLocked: true }),
  );
  const spent = sql`${jobs.status} = 'in_progress' and ${jobs.attempts} >= ${jobs.maxAttempts}`;
  const cancelling = sql`${jobs.status} = 'cancelling'`;
  return tx
    .with(stale)
    .update(jobs)
    .set({
      status: sql`(case when ${cancelling} then 'cancelling' when ${spent} then 'failed' else 'pending' end)::control_plane.job_status`,
      finishedAt: sql`case when ${spent} then now() end`,
      workerId: null,
      queueWorkerId: null,
      leaseExpiresAt: null,
      etaSeconds: null,
      runAt: sql`now()`,
      currentStep: sql`case when ${spent} then ${jobs.currentStep} else 'Waiting for a worker' end`,
      errorCode: "worker_lost",
      errorMessage: "The worker stopped answering in the middle of this job.",
      updatedAt: sql`now()`,
    })
    .from(stale)
    .where(and(eq(jobs.id, stale.id)))
    .returning({ ...getTableColumns(jobs), deadWorker: stale.deadWorker });
}

async function ringLostBells(tx: Tx) {
  const waiting = await tx
    .select({ id: jobs.id, kind: jobs.kind })
    .from(jobs)
    .where(and(isUnanswered, not(inLine)))
    .limit(1000);
  for (const job of waiting) await ring(tx, job, { keepPlace: true });
}
