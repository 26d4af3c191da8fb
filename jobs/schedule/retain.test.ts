import { existsSync } from "node:fs";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, jobs, scheduleRuns } from "@/db/schema";
import { retain } from "@/jobs/schedule/retain";
import type { Schedule } from "@/jobs/schedule/start-slot";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { makeSchedule, runsOf } from "@/jobs/testing/schedule";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

/** A backup that the schedule has made so many days ago, and the run that it came of. */
async function scheduled(tenant: Tenant, schedule: Schedule | null, days: number): Promise<Backup> {
  const { job, backup } = await makeBackup(tenant);
  const createdAt = sql`now() - make_interval(days => ${days})`;
  await db
    .update(backups)
    .set({ createdAt, scheduleId: schedule?.id ?? null })
    .where(eq(backups.id, backup.id));
  if (schedule)
    await db
      .insert(scheduleRuns)
      .values({ scheduleId: schedule.id, slot: createdAt, projectId: tenant.projectId, jobId: job.id });
  return backup;
}

const isThere = async ({ id, storagePath }: Backup) => {
  const rows = await db.$count(backups, eq(backups.id, id));
  const file = existsSync(path.join(testEnv.backupDir, storagePath));
  expect(file).toBe(rows === 1);
  return file;
};
const thereOf = (all: Backup[]) => Promise.all(all.map(isThere));

describe("the policy of a schedule", () => {
  it("removes what it gives up of its own backups of that project, and tells the audit by whose policy", async () => {
    const [tenant, neighbour] = [await makeTenant(), await makeTenant()];
    const schedule = await makeSchedule({ pattern: "*", retention: { keepCount: 2 }, pausedAt: new Date() });
    const other = await makeSchedule({ pattern: "*", pausedAt: new Date() });
    const own = [
      await scheduled(tenant, schedule, 1),
      await scheduled(tenant, schedule, 2),
      await scheduled(tenant, schedule, 3),
    ];
    const others = [
      await scheduled(tenant, null, 9),
      await scheduled(tenant, other, 9),
      await scheduled(neighbour, schedule, 9),
    ];
    await retain();
    expect(await thereOf(own)).toEqual([true, true, false]);
    expect(await thereOf(others)).toEqual([true, true, true]);
    const [event] = await db.select().from(auditEvents).where(eq(auditEvents.action, "backup.cleaned_up"));
    expect(event).toMatchObject({
      actorId: null,
      subjectId: own[2]?.id,
      projectId: tenant.projectId,
      details: { schedule: schedule.name, reasons: ["not one of the newest 2"] },
    });
    for (const run of [...(await runsOf(schedule.id)), ...(await runsOf(other.id))])
      expect(run.retainedAt).not.toBeNull();
  });

  it("never touches what is pinned, in use, the last good or the last proven one", async () => {
    const tenant = await makeTenant();
    const schedule = await makeSchedule({ pattern: "*", retention: { keepCount: 0 }, pausedAt: new Date() });
    const all = await Promise.all([1, 2, 3, 4, 5].map((days) => scheduled(tenant, schedule, days)));
    const [, proven, pinned, read] = all.map(({ id }) => id);
    await db
      .update(backups)
      .set({ verifiedAt: sql`now()`, verifiedLevel: "restore" })
      .where(eq(backups.id, proven ?? ""));
    await db
      .update(backups)
      .set({ pinnedAt: sql`now()` })
      .where(eq(backups.id, pinned ?? ""));
    await db.insert(jobs).values({ kind: "verify_backup", projectId: tenant.projectId, options: { backupId: read } });
    await retain();
    expect(await thereOf(all)).toEqual([true, true, true, true, false]);
  });

  it("waits for the end of the job, and does nothing after one that has failed", async () => {
    const tenant = await makeTenant();
    const schedule = await makeSchedule({ pattern: "*", retention: { keepCount: 1 }, pausedAt: new Date() });
    const old = [await scheduled(tenant, schedule, 1), await scheduled(tenant, schedule, 2)];
    await db.update(scheduleRuns).set({ retainedAt: sql`now()` });
    const [job] = await db
      .insert(jobs)
      .values({ kind: "export_backup", projectId: tenant.projectId, options: {}, scheduleId: schedule.id })
      .returning();
    const jobId = job?.id ?? "";
    const run = { scheduleId: schedule.id, slot: sql`now()`, projectId: tenant.projectId, jobId };
    await db.insert(scheduleRuns).values(run);
    const last = async () => (await runsOf(schedule.id)).find((one) => one.jobId === jobId)?.retainedAt;
    await retain();
    expect(await last()).toBeNull();
    await db.update(jobs).set({ status: "failed", finishedAt: sql`now()` }).where(eq(jobs.id, jobId));
    await retain();
    expect(await last()).not.toBeNull();
    expect(await thereOf(old)).toEqual([true, true]);
  });

  it("counts days by the clock of the schedule", async () => {
    const tenant = await makeTenant();
    const rule = { timeZone: "Pacific/Kiritimati", retention: { keepDaily: 2 } };
    const schedule = await makeSchedule({ pattern: "*", pausedAt: new Date(), ...rule });
    const all: Backup[] = [];
    // 23:00 and 13:00 of the 15th there, and 23:00 of the 14th.
    for (const at of ["2026-03-15T09:00:00Z", "2026-03-14T23:00:00Z", "2026-03-14T09:00:00Z"]) {
      const backup = await scheduled(tenant, schedule, 1);
      await db
        .update(backups)
        .set({ createdAt: new Date(at) })
        .where(eq(backups.id, backup.id));
      all.push(backup);
    }
    await retain();
    expect(await thereOf(all)).toEqual([true, false, true]);
  });

  it("is applied once by many workers, and goes on where one was killed", async () => {
    const tenant = await makeTenant();
    const schedule = await makeSchedule({ pattern: "*", retention: { keepCount: 1 }, pausedAt: new Date() });
    const all = await Promise.all([1, 2, 3, 4].map((days) => scheduled(tenant, schedule, days)));
    const events = () => db.$count(auditEvents, eq(auditEvents.action, "backup.cleaned_up"));
    const before = await events();
    await Promise.all([retain(), retain(), retain(), retain()]);
    expect(await events()).toBe(before + 3);
    // As a worker leaves it that ends before it says so.
    await db.update(scheduleRuns).set({ retainedAt: null }).where(eq(scheduleRuns.scheduleId, schedule.id));
    await retain();
    expect(await events()).toBe(before + 3);
    expect(await thereOf(all)).toEqual([true, false, false, false]);
    expect((await runsOf(schedule.id)).every(({ retainedAt }) => retainedAt !== null)).toBe(true);
  });
});
