import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { jobs, projects, scheduleRuns, type schedules } from "@/db/schema";
import { exportSteps } from "@/jobs/export-backup/options";
import { startJob } from "@/jobs/lifecycle/start";
import { beatStart } from "@/jobs/notification/beat";
import { scheduleOptions } from "@/jobs/schedule/options";
import { matchesPattern } from "@/jobs/schedule/pattern";
import { spread } from "@/jobs/schedule/spread";

export type Schedule = typeof schedules.$inferSelect;

/** The projects of a schedule as they are now. */
export async function projectsOf(
  tx: Pick<Tx, "select">,
  { projectId, pattern }: Pick<Schedule, "projectId" | "pattern">,
): Promise<{ id: string; slug: string }[]> {
  const rows = await tx
    .select({ id: projects.id, slug: projects.slug })
    .from(projects)
    .where(projectId === null ? undefined : eq(projects.id, projectId))
    .orderBy(asc(projects.slug));
  return pattern === null ? rows : rows.filter(({ slug }) => matchesPattern(slug, pattern));
}

type Started = { jobs: number /** Projects whose last export by this schedule has not ended yet. */; busy: number };

/**
 * Starts an export of each project of a schedule, once for a slot. To be called with the schedule's row locked: the key of
 * `schedule_runs` is the last to say so. Throws when the options fit exports no longer.
 */
export async function startSlot(
  tx: Tx,
  origin: Origin,
  { schedule, slot, number }: { schedule: Schedule; slot: Date; number: number },
): Promise<Started> {
  const { verifyEvery, verifyLevel } = schedule;
  const isProven = verifyEvery !== null && number % verifyEvery === 0;
  const parsed = scheduleOptions.parse(schedule.options);
  const options = isProven ? { ...parsed, verify: verifyLevel } : parsed;
  const wanted = await notStarted(tx, schedule, slot);
  const free = wanted.filter(({ isBusy }) => !isBusy);
  const delays = spread(
    schedule,
    free.map(({ id }) => id),
  );
  for (const { id: projectId } of free) {
    const job = await startJob(tx, origin, {
      kind: "export_backup",
      projectId,
      options,
      steps: exportSteps(options),
      scheduleId: schedule.id,
      afterSeconds: delays.get(projectId),
      audit: {
        action: "export.started",
        subject: { kind: "schedule", id: schedule.id },
        details: { name: schedule.name, slot: slot.toISOString() },
      },
    });
    await tx.insert(scheduleRuns).values({ scheduleId: schedule.id, slot, projectId, jobId: job.id });
  }
  const busy = wanted.length - free.length;
  if (free.length > 0) await beatStart(tx, schedule, { slot, leftOut: busy });
  return { jobs: free.length, busy };
}

/** A slot that comes while the last one is still at work does not heap jobs upon jobs. */
async function notStarted(tx: Tx, schedule: Schedule, slot: Date) {
  const own = await projectsOf(tx, schedule);
  const done = await tx
    .select({ id: scheduleRuns.projectId })
    .from(scheduleRuns)
    .where(
      and(eq(scheduleRuns.scheduleId, schedule.id), sql`${scheduleRuns.slot} = ${slot.toISOString()}::timestamptz`),
    );
  const busy = await tx
    .select({ id: jobs.projectId })
    .from(jobs)
    .where(and(eq(jobs.scheduleId, schedule.id), isNull(jobs.finishedAt)));
  const [started, working] = [done, busy].map((rows) => new Set(rows.map(({ id }) => id)));
  return own.filter(({ id }) => !started?.has(id)).map(({ id }) => ({ id, isBusy: working?.has(id) ?? false }));
}
