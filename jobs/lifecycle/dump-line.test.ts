import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { databases, jobs, projects } from "@/db/schema";
import { claimJob } from "@/jobs/lifecycle/claim";
import { completeJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { reap } from "@/jobs/lifecycle/reap";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allow, givenNobodyInLine, silence, startScheduled } from "@/jobs/testing/dump-line";
import { allowAttempts, bellsOf, cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { letLeaseRunOut } from "@/jobs/testing/lease";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
givenNobodyInLine();

const worker = "00000000-0000-4000-8000-000000000001";
const tries = (id: string) => claimJob(id, worker, null);
const done = (job: Awaited<ReturnType<typeof claim>>) => completeJob({ job, report: {} }, async () => {});
const stepOf = async (id: string) => (await jobOf(id)).currentStep;
const isRung = async (id: string) => (await bellsOf(id)).some(({ due }) => due);

describe("a database's budget", () => {
  it("lets so many exports run, tells the others their place, and rings for the next when one ends, however it ends", async () => {
    const tenants = await Promise.all(Array.from({ length: 6 }, () => makeTenant({ tables: 0 })));
    await allow(2);
    const ids: string[] = [];
    for (const tenant of tenants) ids.push(await startExport(tenant));
    const [first = "", second = "", ...waiting] = ids;
    const [one, two] = [await claim(first), await claim(second)];
    for (const id of waiting) expect(await tries(id)).toBeNull();
    const steps = () => Promise.all(waiting.map(stepOf));
    expect(await steps()).toEqual(
      ["1st", "2nd", "3rd", "4th"].map((nth) => `Waiting: ${nth} in line for this database`),
    );
    await silence();
    await done(one);
    expect(await Promise.all(waiting.map(isRung))).toEqual([true, false, false, false]);
    expect((await steps()).slice(1)).toEqual(
      ["1st", "2nd", "3rd"].map((nth) => `Waiting: ${nth} in line for this database`),
    );
    // Whoever asks out of turn waits on.
    expect(await tries(waiting[2] ?? "")).toBeNull();
    const three = await claim(waiting[0] ?? "");
    await failJob({ job: two, report: {} }, { code: "permission_denied", message: "no" });
    expect(await isRung(waiting[1] ?? "")).toBe(true);
    const four = await claim(waiting[1] ?? "");
    await giveBack(four);
    expect(await isRung(waiting[1] ?? "")).toBe(true);
    await done(three);
    expect(await isRung(waiting[2] ?? "")).toBe(true);
  });

  it("is for exports alone, and for each database its own", async () => {
    const tenant = await makeTenant({ tables: 0 });
    const other = await makeTenant({ tables: 0 });
    const [elsewhere] = await db
      .insert(databases)
      .values({ name: "elsewhere", connection: tenant.connection, maxDumps: 1 })
      .returning();
    await db.update(projects).set({ databaseId: elsewhere?.id }).where(eq(projects.id, other.projectId));
    await allow(1);
    await claim(await startExport(tenant));
    expect(await tries(await startExport(tenant))).toBeNull();
    expect(await tries(await startExport(other))).not.toBeNull();
    const [verify] = await db
      .insert(jobs)
      .values({ kind: "verify_backup", projectId: tenant.projectId, options: {} })
      .returning();
    expect(await tries(verify?.id ?? "")).not.toBeNull();
  });

  it("lets what people have started overtake what schedules have", async () => {
    const tenants = await Promise.all([1, 2, 3].map(() => makeTenant({ tables: 0 })));
    await allow(1);
    const running = await claim(await startScheduled(tenants[0] as Tenant));
    const scheduled = await startScheduled(tenants[1] as Tenant);
    expect(await tries(scheduled)).toBeNull();
    const manual = await startExport(tenants[2] as Tenant);
    expect(await tries(manual)).toBeNull();
    expect(await stepOf(manual)).toBe("Waiting: 1st in line for this database");
    await silence();
    await done(running);
    expect([await isRung(manual), await isRung(scheduled)]).toEqual([true, false]);
    expect(await stepOf(scheduled)).toBe("Waiting: 1st in line for this database");
    expect(await tries(scheduled)).toBeNull();
    expect(await tries(manual)).not.toBeNull();
  });

  it("is fair: a project with fewer running exports is first", async () => {
    const [busy, idle] = [await makeTenant({ tables: 0 }), await makeTenant({ tables: 0 })];
    await allow(2);
    const [one] = [await claim(await startExport(busy)), await claim(await startExport(busy))];
    const [third, theirs] = [await startExport(busy), await startExport(idle)];
    await silence();
    await done(one as Awaited<ReturnType<typeof claim>>);
    expect([await isRung(theirs), await isRung(third)]).toEqual([true, false]);
    expect(await tries(third)).toBeNull();
    expect(await tries(theirs)).not.toBeNull();
  });

  it("is given to the next when a waiting one is cancelled, or has to wait for a restore", async () => {
    const [tenant, blocked, last] = [
      await makeTenant({ tables: 0 }),
      await makeTenant({ tables: 0 }),
      await makeTenant({ tables: 0 }),
    ];
    await allow(1);
    const running = await claim(await startExport(tenant));
    const [gone, behind, free] = [await startExport(tenant), await startExport(blocked), await startExport(last)];
    expect(await cancelExport(gone)).toBe("cancelled");
    await db.insert(jobs).values({
      kind: "restore_backup",
      projectId: blocked.projectId,
      options: {},
      status: "in_progress",
      workerId: worker,
      leaseExpiresAt: sql`now() + interval '1 hour'`,
    });
    await silence();
    await done(running);
    expect([await isRung(behind), await isRung(free)]).toEqual([false, true]);
    expect(await tries(behind)).toBeNull();
    expect(await stepOf(behind)).toBe("Waiting for the restore of this project to end");
    expect(await tries(free)).not.toBeNull();
  });

  it("never holds a restore up for an export of a schedule that is in line", async () => {
    const tenant = await makeTenant({ tables: 0 });
    await allow(1);
    await claim(await startExport(await makeTenant({ tables: 0 })));
    const scheduled = await startScheduled(tenant);
    expect(await tries(scheduled)).toBeNull();
    const [restore] = await db
      .insert(jobs)
      .values({ kind: "restore_backup", projectId: tenant.projectId, options: {} })
      .returning();
    expect(await tries(restore?.id ?? "")).not.toBeNull();
  });

  it("is free again when a worker is lost", async () => {
    const [first, second] = [await makeTenant({ tables: 0 }), await makeTenant({ tables: 0 })];
    await allow(1);
    const [lost, waiting] = [await startExport(first), await startExport(second)];
    await claim(lost);
    expect(await tries(waiting)).toBeNull();
    await silence();
    await allowAttempts(lost, 1);
    await letLeaseRunOut(lost);
    await reap();
    expect((await jobOf(lost)).status).toBe("failed");
    expect(await isRung(waiting)).toBe(true);
  });

  it("does not let the reaper ring for those whose turn it is not", async () => {
    const tenants = await Promise.all([1, 2, 3].map(() => makeTenant({ tables: 0 })));
    await allow(1);
    const running = await claim(await startExport(tenants[0] as Tenant));
    const ids = [await startExport(tenants[1] as Tenant), await startExport(tenants[2] as Tenant)];
    await silence();
    await db.update(jobs).set({ runAt: sql`now() - interval '1 minute'` }).where(sql`status = 'pending'`);
    await reap();
    expect(await Promise.all(ids.map(isRung))).toEqual([false, false]);
    await done(running);
    await silence();
    // The bell of the next one was lost with its worker.
    await reap();
    expect(await Promise.all(ids.map(isRung))).toEqual([true, false]);
  });

  it("holds when many claim at once", async () => {
    const tenants = await Promise.all(Array.from({ length: 8 }, () => makeTenant({ tables: 0 })));
    await allow(3);
    const ids = await Promise.all(tenants.map((tenant) => startExport(tenant)));
    const claimed = (await Promise.all([...ids, ...ids].map(tries))).filter((job) => job !== null);
    expect(claimed).toHaveLength(3);
  });
});
