import { eq, sql } from "drizzle-orm";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { auditEvents, jobs, projects, schedules } from "@/db/schema";
import { tick } from "@/jobs/schedule/tick";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { bellsOf, jobOf } from "@/jobs/testing/export-job";
import { changeSchedule, lastFiveMinutes, makeSchedule, runsOf, scheduleNow } from "@/jobs/testing/schedule";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});
beforeEach(async () => void (await db.delete(schedules)));
afterEach(() => vi.restoreAllMocks());

const end = (id: string) => db.update(jobs).set({ status: "completed", finishedAt: sql`now()` }).where(eq(jobs.id, id));
const endAll = async (scheduleId: string) => {
  for (const run of await runsOf(scheduleId)) await end(run.jobId);
};
const ago = (minutes: number) => sql`${lastFiveMinutes} - make_interval(mins => ${minutes})`;

describe("a slot that is due", () => {
  it("starts an export as the schedule has it, by nobody, and plans the next one", async () => {
    const { id, name } = await makeSchedule({ projectId: tenant.projectId });
    const { nextRunAt: slot } = await scheduleNow(id);
    await tick();
    const [run, ...more] = await runsOf(id);
    expect(more).toEqual([]);
    expect(run).toMatchObject({ slot, projectId: tenant.projectId, retainedAt: null });
    const jobId = run?.jobId ?? "";
    expect(await jobOf(jobId)).toMatchObject({
      kind: "export_backup",
      status: "pending",
      userId: null,
      scheduleId: id,
      options: { format: "custom", verify: "none" },
    });
    expect(await bellsOf(jobId)).toMatchObject([{ due: true }]);
    const next = new Date((slot?.getTime() ?? 0) + 300_000);
    expect(await scheduleNow(id)).toMatchObject({ nextRunAt: next, lastSlot: slot, slots: 1 });
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
    expect(event).toMatchObject({
      action: "export.started",
      actorId: null,
      projectId: tenant.projectId,
      details: { name, jobId, slot: slot?.toISOString() },
    });
  });

  it("starts once, however many workers see it come", async () => {
    const { id } = await makeSchedule({ projectId: tenant.projectId });
    await Promise.all(Array.from({ length: 8 }, tick));
    await tick();
    expect(await runsOf(id)).toHaveLength(1);
    expect(await db.$count(jobs, eq(jobs.scheduleId, id))).toBe(1);
    expect(await scheduleNow(id)).toMatchObject({ slots: 1 });
  });

  it("is not started while the schedule is paused, or before its time", async () => {
    const paused = await makeSchedule({ projectId: tenant.projectId, pausedAt: new Date() });
    const later = await makeSchedule({ projectId: tenant.projectId, nextRunAt: sql`now() + interval '5 seconds'` });
    await tick();
    expect([await runsOf(paused.id), await runsOf(later.id)]).toEqual([[], []]);
  });

  it("is caught up once after many were missed: the last one", async () => {
    const { id } = await makeSchedule({ projectId: tenant.projectId, nextRunAt: ago(3 * 24 * 60) });
    const [slot] = await db.execute<{ at: string }>(sql`select ${lastFiveMinutes} as at`);
    await tick();
    await tick();
    const runs = await runsOf(id);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.slot.getTime()).toBe(new Date(slot?.at ?? "").getTime());
  });

  it("is of all projects that match by then, spread evenly over the time", async () => {
    const own = [await makeTenant({ tables: 0 }), await makeTenant({ tables: 0 }), await makeTenant({ tables: 0 })];
    for (const [n, one] of own.entries())
      await db
        .update(projects)
        .set({ slug: `spread-${n}` })
        .where(eq(projects.id, one.projectId));
    const { id } = await makeSchedule({ pattern: "spread-*", spreadSeconds: 3000 });
    await db
      .update(projects)
      .set({ slug: "spread-new" })
      .where(eq(projects.id, own[2]?.projectId ?? ""));
    await tick();
    const runs = await runsOf(id);
    expect(new Set(runs.map(({ projectId }) => projectId))).toEqual(new Set(own.map(({ projectId }) => projectId)));
    const delays: number[] = [];
    for (const { jobId } of runs) {
      const { runAt, createdAt, currentStep } = await jobOf(jobId);
      const delay = (runAt.getTime() - createdAt.getTime()) / 1000;
      delays.push(delay);
      expect(currentStep).toBe(delay > 0 ? "Waiting for its time" : "Waiting for a worker");
      const [bell] = await bellsOf(jobId);
      expect(Math.abs((bell?.inSeconds ?? 0) - delay)).toBeLessThan(60);
    }
    expect(delays.toSorted((a, b) => a - b)).toEqual([0, 1000, 2000]);
  });

  it("proves every Nth of them", async () => {
    const { id } = await makeSchedule({ projectId: tenant.projectId, verifyEvery: 2, verifyLevel: "archive" });
    for (const minutes of [15, 10, 5]) {
      await changeSchedule(id, { nextRunAt: ago(minutes) });
      // As if it were then: the slots after it have not come yet.
      await changeSchedule(id, { cron: await everyHourAt(minutes) });
      await tick();
      await endAll(id);
    }
    const runs = await runsOf(id);
    const levels = await Promise.all(runs.map(async ({ jobId }) => (await jobOf(jobId)).options.verify));
    expect(levels).toEqual(["none", "archive", "none"]);
  });

  it("leaves out a project whose last export has not ended, and takes it again afterwards", async () => {
    const { id } = await makeSchedule({ projectId: tenant.projectId, nextRunAt: ago(5), cron: await everyHourAt(5) });
    await tick();
    const warn = vi.spyOn(log, "child");
    await changeSchedule(id, { nextRunAt: lastFiveMinutes, cron: "*/5 * * * *" });
    await tick();
    expect(warn).toHaveBeenCalled();
    expect(await runsOf(id)).toHaveLength(1);
    await endAll(id);
    await changeSchedule(id, { nextRunAt: lastFiveMinutes });
    await tick();
    expect(await runsOf(id)).toHaveLength(2);
  });
});

/** A rule whose last slot was so many minutes before the last five minutes began. */
async function everyHourAt(minutes: number): Promise<string> {
  const [row] = await db.execute<{ minute: number }>(
    sql`select extract(minute from (${ago(minutes)}) at time zone 'utc')::int as minute`,
  );
  return `${row?.minute} * * * *`;
}

describe("a clock that jumps", () => {
  it("back does not run a slot twice", async () => {
    const { id } = await makeSchedule({ projectId: tenant.projectId });
    await tick();
    await endAll(id);
    // The slot that has run is there to come once more.
    await changeSchedule(id, { nextRunAt: lastFiveMinutes, lastSlot: null });
    await tick();
    expect(await runsOf(id)).toHaveLength(1);
    expect(await scheduleNow(id)).toMatchObject({ slots: 1 });
  });

  it("back by days does not keep the schedule waiting for the days to pass again", async () => {
    const { id } = await makeSchedule({
      projectId: tenant.projectId,
      lastSlot: sql`now() + interval '300 days'`,
      nextRunAt: sql`now() + interval '301 days'`,
    });
    await tick();
    const { nextRunAt, lastSlot } = await scheduleNow(id);
    expect(lastSlot).toBeNull();
    expect(nextRunAt?.getTime()).toBeLessThan(Date.now() + 600_000);
    expect(await runsOf(id)).toEqual([]);
  });

  it("forward by a year catches up once", async () => {
    const { id } = await makeSchedule({
      projectId: tenant.projectId,
      cron: "0 2 * * *",
      nextRunAt: sql`date_trunc('day', now() at time zone 'utc') at time zone 'utc' - interval '1 year' + interval '2 hours'`,
    });
    await tick();
    await endAll(id);
    await tick();
    expect(await runsOf(id)).toHaveLength(1);
  });
});

describe("a schedule that cannot run", () => {
  it.each([
    ["that matches no project", { pattern: "nobody-*" }],
    ["whose options are no longer known", { pattern: "*", options: { format: "papyrus" } }],
    ["whose time zone is gone", { pattern: "*", timeZone: "Mars/Olympus" }],
  ])("%s keeps no other one up", async (_, changes) => {
    const broken = await makeSchedule({ ...changes, nextRunAt: ago(5) });
    const fine = await makeSchedule({ projectId: tenant.projectId });
    await tick();
    expect(await runsOf(broken.id)).toEqual([]);
    expect(await runsOf(fine.id)).toHaveLength(1);
  });

  it("plans its next slot all the same", async () => {
    const { id } = await makeSchedule({ pattern: "*", options: { format: "papyrus" } });
    await tick();
    expect((await scheduleNow(id)).nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });
});
