import { existsSync } from "node:fs";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let lead: Person;
let reader: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  lead = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
  reader = await addPerson({ permissions: { [tenant.projectId]: [] } });
});

const as = (person: Person) =>
  createCaller(inTheNameOf({ id: person.id, email: person.email, name: "x", role: "member" }));

/** Makes a backup of so many days ago. */
async function backupOf(age: number): Promise<string> {
  const { body } = await call("POST /api/v1/backups/create", {
    as: lead,
    headers: { Prefer: "wait=60" },
    body: { project_id: tenant.projectId },
  });
  const { backup_id: id } = body as { backup_id: string };
  await db
    .update(backups)
    .set({ createdAt: sql`now() - make_interval(days => ${age})` })
    .where(eq(backups.id, id));
  return id;
}

const clean = (policy: object, by = lead) =>
  call("POST /api/v1/backups/cleanup", { as: by, body: { project_id: tenant.projectId, ...policy } });

async function fileOf(id: string): Promise<string> {
  const [row] = await db.select({ file: backups.storagePath }).from(backups).where(eq(backups.id, id));
  return path.join(jobsEnv().BACKUP_DIR, row?.file ?? "?");
}

describe("a cleanup", () => {
  it("tells what it would do, does just that, and takes the files along", async () => {
    const [newest, older, oldest] = [await backupOf(1), await backupOf(10), await backupOf(20)];
    await as(lead).backup.change({ backupId: oldest, pinned: true });
    const file = await fileOf(older);
    expect(existsSync(file)).toBe(true);
    const told = await clean({ keep_count: 1, dry_run: true });
    expect(told).toMatchObject({
      status: 200,
      body: {
        message: "1 backup would be deleted.",
        deleted: [{ id: older, reasons: ["not one of the newest 1"] }],
        kept: [
          { id: newest, reasons: ["the last good one"] },
          { id: oldest, reasons: ["pinned"] },
        ],
      },
    });
    expect(existsSync(file)).toBe(true);
    const done = await clean({ keep_count: 1 });
    expect(done.body).toEqual({ ...(told.body as object), message: "1 backup deleted." });
    expect([existsSync(file), existsSync(`${file}.manifest.json`)]).toEqual([false, false]);
    expect(await clean({ keep_count: 1 })).toMatchObject({ body: { deleted_count: 0 } });
  });

  it("removes just what a dry run has shown, or nothing", async () => {
    const before = (await clean({ keep_count: 1, dry_run: true })).body as { plan_id: string };
    const [newest, shown] = [await backupOf(0), await backupOf(2)];
    const told = (await clean({ keep_count: 1, dry_run: true })).body as { plan_id: string };
    expect(told).toMatchObject({ deleted: [{ reasons: ["not one of the newest 1"] }, { id: shown }] });
    // Another one goes by now than what was shown at first.
    expect(await clean({ keep_count: 1, plan_id: before.plan_id })).toMatchObject({
      status: 409,
      body: { code: "PLAN_CHANGED" },
    });
    await as(lead).backup.change({ backupId: shown, pinned: true });
    expect(await clean({ keep_count: 1, plan_id: told.plan_id })).toMatchObject({ body: { code: "PLAN_CHANGED" } });
    expect(existsSync(await fileOf(shown))).toBe(true);
    await as(lead).backup.change({ backupId: shown, pinned: false });
    // What makes no difference to what goes is no other plan.
    const done = await clean({ keep_count: 1, plan_id: told.plan_id });
    expect(done).toMatchObject({ status: 200, body: { plan_id: told.plan_id, deleted: [{}, { id: shown }] } });
    expect(await clean({ keep_count: 1 })).toMatchObject({ body: { deleted_count: 0, kept: [{ id: newest }, {}] } });
  });

  it("means the days of the zone that it is told", async () => {
    const [late, early] = [await backupOf(0), await backupOf(0)];
    for (const [id, at] of [
      [late, "2026-03-15T09:00:00Z"],
      [early, "2026-03-14T23:00:00Z"],
    ] as const)
      await db
        .update(backups)
        .set({ createdAt: new Date(at) })
        .where(eq(backups.id, id));
    const daily = { keep_daily: 100, dry_run: true };
    const goneIn = async (zone: object) => {
      const { body } = await clean({ ...daily, ...zone });
      return (body as { deleted_backup_ids: string[] }).deleted_backup_ids;
    };
    expect(await goneIn({})).not.toContain(early);
    expect(await goneIn({ time_zone: "Pacific/Kiritimati" })).toContain(early);
    expect(await clean({ ...daily, time_zone: "Mars/Olympus" })).toMatchObject({ status: 400 });
  });

  it("is for those who manage, and for all projects for administrators", async () => {
    expect(await clean({ keep_count: 1 }, reader)).toMatchObject({ status: 403 });
    expect(await call("POST /api/v1/backups/cleanup", { as: lead, body: { keep_count: 1 } })).toMatchObject({
      status: 403,
    });
    const admin = await addPerson({ role: "admin" });
    const all = { as: admin, body: { keep_count: 1, dry_run: true } };
    expect(await call("POST /api/v1/backups/cleanup", all)).toMatchObject({ status: 200 });
  });
});

describe("a backup", () => {
  it("is pinned, described and tagged by those who manage", async () => {
    const id = await backupOf(0);
    await as(lead).backup.change({ backupId: id, pinned: true, description: "before the move", tags: ["move"] });
    await as(lead).backup.change({ backupId: id, tags: ["move", "2026"] });
    expect(await as(reader).backup.get({ backupId: id })).toMatchObject({
      pinnedAt: expect.any(Date),
      description: "before the move",
      tags: ["move", "2026"],
    });
    await as(lead).backup.change({ backupId: id, pinned: false, description: null });
    expect(await as(reader).backup.get({ backupId: id })).toMatchObject({ pinnedAt: null, description: null });
    await expect(as(reader).backup.change({ backupId: id, pinned: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(as(lead).backup.change({ backupId: id })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});

describe("figures", () => {
  it("count what the caller may see", async () => {
    const status = await call("GET /api/v1/backups/status", { as: reader });
    const own = await db.select().from(backups).where(eq(backups.projectId, tenant.projectId));
    expect(status.body).toMatchObject({
      backup_count: own.length,
      storage_used: own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      storage_path: null,
      failed_count: 0,
    });
    const stats = await call("GET /api/v1/backups/stats", { as: reader });
    expect(stats.body).toMatchObject({
      per_day: [{ day: new Date().toISOString().slice(0, 10), count: own.length, success_rate: 1, failed: 0 }],
      per_project: [{ project_id: tenant.projectId, count: own.length }],
    });
    const stranger = await addPerson();
    expect((await call("GET /api/v1/backups/status", { as: stranger })).body).toMatchObject({
      backup_count: 0,
      last_backup: null,
    });
    expect((await call("GET /api/v1/backups/stats", { as: stranger })).body).toEqual({ per_day: [], per_project: [] });
  });
});
