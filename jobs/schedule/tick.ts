import { and, asc, eq, gt, isNull, lte, or, sql } from "drizzle-orm";
import { ZodError } from "zod";
import { byCoffer } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { schedules } from "@/db/schema";
import { lastSlot, nextSlot } from "@/jobs/schedule/next";
import { type Schedule, startSlot } from "@/jobs/schedule/start-slot";

/** A clock that has gone back further than this was wrong before, or is now: nobody waits for it to be there again. */
const longestWait = sql`interval '1 day'`;

const isDue = and(isNull(schedules.pausedAt), lte(schedules.nextRunAt, sql`now()`));
const isAhead = and(
  isNull(schedules.pausedAt),
  or(gt(schedules.lastSlot, sql`now() + ${longestWait}`), gt(schedules.updatedAt, sql`now() + ${longestWait}`)),
);

/**
 * One round: starts what is due by the database's clock. Of several slots that were missed the last one is caught up, once. Any number
 * of workers may do this at once. A schedule that cannot run says so in the log and keeps nobody up.
 */
export async function tick(): Promise<void> {
  await round(isAhead, planAnew);
  await round(isDue, runDue);
}

async function round(which: typeof isDue, work: (tx: Tx, schedule: Seen) => Promise<void>): Promise<void> {
  const found = await db.select({ id: schedules.id }).from(schedules).where(which).orderBy(asc(schedules.nextRunAt));
  for (const { id } of found) {
    try {
      await db.transaction(async (tx) => {
        const [row] = await tx
          .select({ schedule: schedules, now: sql<Date>`now()`.mapWith(schedules.createdAt) })
          .from(schedules)
          .where(and(eq(schedules.id, id), which))
          .for("update", { skipLocked: true });
        if (row) await work(tx, row);
      });
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      log.error({ error, scheduleId: id }, "a schedule could not run");
    }
  }
}

type Seen = { schedule: Schedule; now: Date };

async function planAnew(tx: Tx, { schedule, now }: Seen): Promise<void> {
  await tx
    .update(schedules)
    .set({ nextRunAt: nextSlot(schedule, now), lastSlot: null, updatedAt: sql`now()` })
    .where(eq(schedules.id, schedule.id));
  log.warn(
    { scheduleId: schedule.id, name: schedule.name },
    "the database's clock has gone back; a schedule was planned anew",
  );
}

async function runDue(tx: Tx, { schedule, now }: Seen): Promise<void> {
  const nextRunAt = nextSlot(schedule, now);
  const found = lastSlot(schedule, schedule.nextRunAt ?? now, now);
  const started = found ? await start(tx, schedule, found) : false;
  await tx
    .update(schedules)
    .set({ nextRunAt, lastSlot: found?.slot, slots: schedule.slots + (started ? 1 : 0) })
    .where(eq(schedules.id, schedule.id));
}

/** Gives false when there was nothing to start. */
async function start(tx: Tx, schedule: Schedule, { slot, count }: { slot: Date; count: number }): Promise<boolean> {
  const logger = log.child({ scheduleId: schedule.id, name: schedule.name, slot });
  try {
    const { jobs, busy } = await startSlot(tx, byCoffer, { schedule, slot, number: schedule.slots + 1 });
    if (busy > 0) logger.warn({ busy }, "a schedule has left out projects whose last export has not ended");
    if (jobs === 0 && busy === 0) logger.warn("a schedule has no project to export");
    if (jobs > 0) logger.info({ jobs, missed: count - 1 }, "a schedule has started");
    return jobs > 0;
  } catch (error) {
    // Found before anything was written, so the next slot can be planned.
    if (!(error instanceof ZodError)) throw error;
    logger.error(
      { fields: error.issues.map(({ path }) => path.join(".")) },
      "a schedule's options are no longer known",
    );
    return false;
  }
}
