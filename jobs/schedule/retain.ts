import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { byCoffer } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { backups, jobs, scheduleRuns, schedules } from "@/db/schema";
import { planCleanup, removeAll } from "@/jobs/retention/clean-up";
import { policyInput } from "@/jobs/retention/policy";

const perRound = 1000;

const isOver = and(isNull(scheduleRuns.retainedAt), sql`${jobs.finishedAt} is not null`);

/**
 * One round: applies the policies of schedules after those of their jobs that are completed, each to what the schedule has made of that
 * project. Any number of workers may do this at once, and one that ends in the middle leaves the rest to the next round.
 */
export async function retain(): Promise<void> {
  const runs = await db
    .select({ jobId: scheduleRuns.jobId })
    .from(scheduleRuns)
    .innerJoin(jobs, eq(jobs.id, scheduleRuns.jobId))
    .where(isOver)
    .orderBy(asc(scheduleRuns.createdAt))
    .limit(perRound);
  for (const { jobId } of runs) {
    try {
      await db.transaction((tx) => retainAfter(tx, jobId));
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      log.error({ error, jobId }, "the policy of a schedule could not be applied");
    }
  }
}

async function retainAfter(tx: Tx, jobId: string): Promise<void> {
  // Whoever is at it has the row locked, and nobody waits for them.
  const [mine] = await tx
    .select({ jobId: scheduleRuns.jobId })
    .from(scheduleRuns)
    .where(and(eq(scheduleRuns.jobId, jobId), isNull(scheduleRuns.retainedAt)))
    .for("update", { skipLocked: true });
  if (!mine) return;
  const [run] = await tx
    .select({
      projectId: scheduleRuns.projectId,
      status: jobs.status,
      schedule: {
        id: schedules.id,
        name: schedules.name,
        timeZone: schedules.timeZone,
        retention: schedules.retention,
      },
    })
    .from(scheduleRuns)
    .innerJoin(jobs, eq(jobs.id, scheduleRuns.jobId))
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .where(eq(scheduleRuns.jobId, jobId));
  if (!run) return;
  const { schedule, projectId } = run;
  if (run.status === "completed" && schedule.retention !== null) {
    const own = and(eq(backups.scheduleId, schedule.id), eq(backups.projectId, projectId));
    const policy = policyInput.parse(schedule.retention);
    const plan = await planCleanup(own, { ...policy, timeZone: schedule.timeZone });
    const given = plan.backups.filter(({ keep }) => !keep);
    const removed = await removeAll(byCoffer, given, schedule.name);
    if (removed.length > 0)
      log.info({ scheduleId: schedule.id, projectId, removed: removed.length }, "a schedule's policy was applied");
  }
  await tx.update(scheduleRuns).set({ retainedAt: sql`now()` }).where(eq(scheduleRuns.jobId, jobId));
}
