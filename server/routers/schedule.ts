import { isDeepStrictEqual } from "node:util";
import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { type Actor, type Origin, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { projects, schedules } from "@/db/schema";
import { nextSlot, nextSlots } from "@/jobs/schedule/next";
import { matchesPattern } from "@/jobs/schedule/pattern";
import { type Schedule, startSlot } from "@/jobs/schedule/start-slot";
import { cronInWords } from "@/jobs/schedule/words";
import { databaseTime } from "@/server/database-time";
import { isNameTaken, lockName } from "@/server/name-taken";
import {
  findSchedule,
  lockSchedule,
  present,
  requireChangeable,
  requireRunnable,
  visibleSchedules,
} from "@/server/schedule";
import { cron, newSchedule, pattern, scheduleChange } from "@/server/schedule-input";
import { requireWhatOptionsNeed, scopeOf } from "@/server/schedule-scope";
import { timeZone } from "@/server/time-zone";
import { adminProcedure, findProject, projectRef, router, userProcedure } from "@/server/trpc";

const ref = z.strictObject({ scheduleId: z.uuid() });
/** For whatever makes a schedule start exports. */
const running = userProcedure.meta({ scope: ["manage", "export"] });

export const scheduleRouter = router({
  /** The schedules of the caller's projects, for administrators all; or those that one project is backed up by. */
  list: userProcedure.input(z.strictObject({ projectId: projectRef.optional() })).query(async ({ ctx, input }) => {
    const project = input.projectId === undefined ? null : await findProject(ctx.user, input.projectId);
    return present(ctx.user, await visibleSchedules(ctx.user, project?.id));
  }),

  get: userProcedure.input(ref).query(({ ctx, input }) => presented(ctx.user, input.scheduleId)),

  /** A rule in words, and its next three slots. Throws VALIDATION_ERROR with what is wrong with it. */
  preview: userProcedure
    .input(z.strictObject({ cron, timeZone: timeZone.default("UTC") }))
    .query(async ({ input }) => ({
      words: cronInWords(input.cron),
      nextSlots: nextSlots(input, await databaseTime(), 3),
    })),

  /** The projects that a pattern matches now. */
  matches: adminProcedure.input(z.strictObject({ pattern })).query(async ({ input }) => {
    const all = await db.select({ slug: projects.slug }).from(projects).orderBy(asc(projects.slug));
    const slugs = all.map(({ slug }) => slug).filter((slug) => matchesPattern(slug, input.pattern));
    return { count: slugs.length, first: slugs.slice(0, 10) };
  }),

  create: running.input(newSchedule).mutation(async ({ ctx, input }) => {
    const id = await db.transaction(async (tx) => {
      const scope = await scopeOf(tx, ctx.user, input);
      await requireWhatOptionsNeed(tx, input.options);
      await lockName(tx, schedules, input.name);
      const [row] = await tx
        .insert(schedules)
        .values({ ...input, ...scope, createdBy: ctx.user.id, nextRunAt: nextSlot(input, await databaseTime(tx)) })
        .onConflictDoNothing()
        .returning();
      if (!row) throw nameTaken(input.name);
      await tell(tx, ctx.origin, { schedule: row, what: "added", details: input });
      return row.id;
    });
    return presented(ctx.user, id);
  }),

  /** Changes what is given. A rule that has changed runs at its next slot; what the old one has missed is not caught up. */
  change: running.input(scheduleChange).mutation(async ({ ctx, input: { scheduleId, ...changes } }) => {
    await requireRunnable(ctx.user, scheduleId);
    await db.transaction(async (tx) => {
      const { schedule, now } = await lockSchedule(tx, scheduleId);
      const changed = { ...schedule, ...changes };
      // Whoever names one of the two means that one alone.
      if (changes.projectId && changes.pattern === undefined) changed.pattern = null;
      if (changes.pattern && changes.projectId === undefined) changed.projectId = null;
      const scope = await scopeOf(tx, ctx.user, changed);
      if (changes.options) await requireWhatOptionsNeed(tx, changes.options, schedule.options);
      const isNewRule = changed.cron !== schedule.cron || changed.timeZone !== schedule.timeZone;
      const nextRunAt = isNewRule && !schedule.pausedAt ? nextSlot(changed, now) : schedule.nextRunAt;
      const isOther =
        !isSame(changes.options ?? schedule.options, schedule.options) ||
        scope.projectId !== schedule.projectId ||
        scope.pattern !== schedule.pattern;
      const answersFor = isOther ? { createdBy: ctx.user.id } : {};
      const taken = await isNameTaken(tx, schedules, { ...changed, id: scheduleId });
      if (taken) throw nameTaken(changed.name);
      await tx
        .update(schedules)
        .set({ ...changes, ...scope, ...answersFor, nextRunAt, updatedAt: sql`now()` })
        .where(eq(schedules.id, scheduleId));
      await tell(tx, ctx.origin, {
        schedule: { ...schedule, ...changed, ...scope },
        what: "changed",
        details: changes,
      });
    });
    return presented(ctx.user, scheduleId);
  }),

  /** Its backups stay. */
  delete: userProcedure.input(ref).mutation(async ({ ctx, input }) => {
    await requireChangeable(ctx.user, input.scheduleId);
    await db.transaction(async (tx) => {
      const { schedule } = await lockSchedule(tx, input.scheduleId);
      await tx.delete(schedules).where(eq(schedules.id, schedule.id));
      await tell(tx, ctx.origin, { schedule, what: "deleted" });
    });
  }),

  pause: userProcedure.input(ref).mutation(({ ctx, input }) => setPaused(ctx, input.scheduleId, true)),

  /** It runs again from its next slot on: what would have been in between is not caught up. */
  resume: running.input(ref).mutation(({ ctx, input }) => setPaused(ctx, input.scheduleId, false)),

  /** Starts it at once, beside its slots, for all of its projects whose last run has ended. */
  runNow: running
    .meta({ limit: "export" })
    .input(ref)
    .mutation(async ({ ctx, input }) => {
      await requireRunnable(ctx.user, input.scheduleId);
      return db.transaction(async (tx) => {
        const { schedule, now } = await lockSchedule(tx, input.scheduleId);
        const slot = { schedule: { ...schedule, spreadSeconds: 0 }, slot: now, number: schedule.slots + 1 };
        const { jobs, busy } = await startSlot(tx, ctx.origin, slot);
        if (jobs === 0) throw nothingToRun(busy);
        await tx
          .update(schedules)
          .set({ slots: schedule.slots + 1 })
          .where(eq(schedules.id, schedule.id));
        await tell(tx, ctx.origin, { schedule, what: "run", details: { jobs } });
        return { jobs, busy };
      });
    }),
});

const presented = async (user: Actor, id: string) => {
  const [schedule] = await present(user, [await findSchedule(user, id)]);
  if (!schedule) throw new Error("a schedule without a form");
  return schedule;
};

/** As JSON, which has no `undefined`. */
const isSame = (one: object, other: object) =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)));

const nameTaken = (name: string) =>
  new AppError("ALREADY_EXISTS", `There is a schedule with the name ${name} already.`);

const nothingToRun = (busy: number) =>
  busy > 0
    ? new AppError("SCHEDULE_BUSY", "Its last run has not ended yet.")
    : new AppError("PROJECT_NOT_FOUND", "There is no project that this schedule is of.");

function setPaused({ user, origin }: { user: Actor; origin: Origin }, id: string, isPaused: boolean) {
  return (isPaused ? requireChangeable : requireRunnable)(user, id)
    .then(() =>
      db.transaction(async (tx) => {
        const { schedule, now } = await lockSchedule(tx, id);
        if ((schedule.pausedAt !== null) === isPaused) return;
        const changes = isPaused
          ? { pausedAt: now, nextRunAt: null }
          : { pausedAt: null, nextRunAt: nextSlot(schedule, now) };
        await tx
          .update(schedules)
          .set({ ...changes, updatedAt: sql`now()` })
          .where(eq(schedules.id, id));
        await tell(tx, origin, { schedule, what: isPaused ? "paused" : "resumed" });
      }),
    )
    .then(() => presented(user, id));
}

type Told = { schedule: Schedule; what: string; details?: { heartbeatUrl?: string | null; [name: string]: unknown } };

const tell = (tx: Tx, origin: Origin, { schedule, what, details: { heartbeatUrl, ...details } = {} }: Told) =>
  recordAudit(tx, origin, {
    action: `schedule.${what}`,
    subject: { kind: "schedule", id: schedule.id },
    projectId: schedule.projectId,
    // The rest of the address may be a secret.
    details: {
      ...details,
      ...(heartbeatUrl !== undefined && { heartbeatHost: heartbeatUrl && new URL(heartbeatUrl).host }),
      name: schedule.name,
    },
  });
