import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db, type Tx } from "@/db/client";
import { jobs, users } from "@/db/schema";
import { exportSteps } from "@/jobs/export-backup/options";
import { startJob } from "@/jobs/lifecycle/start";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { bellsOf, jobOf, startExport, startExportWithKey } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
let otherTenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  otherTenant = await makeTenant({ tables: 0 });
});

const reused = expect.objectContaining({ code: "IDEMPOTENCY_KEY_REUSED" });

describe("starting a job", () => {
  it("writes the row and rings one bell", async () => {
    const id = await startExport(tenant, { format: "tar" });
    expect(await jobOf(id)).toMatchObject({
      status: "pending",
      options: { format: "tar" },
      userId: tester.id,
      requestId: "request-of-a-test",
      currentStep: "Waiting for a worker",
      stepsTotal: exportSteps({}).length,
      attempts: 0,
    });
    expect(await bellsOf(id)).toMatchObject([{ due: true, lockedBy: null }]);
  });

  it("leaves neither row nor bell when the transaction does not come to its end", async () => {
    const started: string[] = [];
    const origin = { actor: tester, address: null, requestId: null };
    const job = { kind: "export_backup", projectId: tenant.projectId, options: {}, steps: exportSteps({}) } as const;
    const transaction = db.transaction(async (tx) => {
      started.push((await startJob(tx, origin, job)).id);
      throw new Error("the web process died");
    });
    await expect(transaction).rejects.toThrow("the web process died");
    const id = started[0] ?? "";
    expect(await db.select().from(jobs).where(eq(jobs.id, id))).toEqual([]);
    expect(await bellsOf(id)).toEqual([]);
  });
});

describe("an idempotency key", () => {
  it("gives the first job again, also when that is over", async () => {
    const key = unique();
    const first = await startExportWithKey(tenant, { format: "sql" }, key);
    const second = await startExportWithKey(tenant, { format: "sql" }, key);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.id).toBe(first.id);
    await db.update(jobs).set({ status: "completed", finishedAt: new Date() }).where(eq(jobs.id, first.id));
    expect(await startExportWithKey(tenant, { format: "sql" }, key)).toMatchObject({
      id: first.id,
      status: "completed",
    });
    expect(await bellsOf(first.id)).toHaveLength(1);
  });

  it("makes one job of ten clicks at once", async () => {
    const key = unique();
    const all = await Promise.all(Array.from({ length: 10 }, () => startExportWithKey(tenant, {}, key)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await db.select().from(jobs).where(eq(jobs.idempotencyKey, key))).toHaveLength(1);
    expect(await bellsOf(all[0]?.id ?? "")).toHaveLength(1);
  });

  it("is refused for another request", async () => {
    const key = unique();
    await startExportWithKey(tenant, { format: "sql" }, key);
    await expect(startExportWithKey(tenant, { format: "tar" }, key)).rejects.toEqual(reused);
    await expect(startExportWithKey(otherTenant, { format: "sql" }, key)).rejects.toEqual(reused);
    const otherKind = { kind: "verify_backup" as const, projectId: tenant.projectId, options: { format: "sql" } };
    const origin = { actor: tester, address: null, requestId: null };
    const start = (tx: Tx) => startJob(tx, origin, { ...otherKind, steps: [], idempotencyKey: key });
    await expect(db.transaction(start)).rejects.toEqual(reused);
  });

  it("does not mind in which order the options come", async () => {
    const key = unique();
    const first = await startExportWithKey(tenant, { format: "sql", compress: false }, key);
    expect((await startExportWithKey(tenant, { compress: false, format: "sql" }, key)).id).toBe(first.id);
  });

  it("belongs to its user: another one may use the same", async () => {
    const key = unique();
    const mine = await startExportWithKey(tenant, {}, key);
    const [other] = await db
      .insert(users)
      .values({ email: `${key}@example.org`, name: "Other" })
      .returning();
    const origin = {
      actor: { id: other?.id ?? "", email: "", role: "member" as const },
      address: null,
      requestId: null,
    };
    const request = {
      kind: "export_backup",
      projectId: tenant.projectId,
      options: {},
      steps: exportSteps({}),
    } as const;
    const theirs = await db.transaction((tx) => startJob(tx, origin, { ...request, idempotencyKey: key }));
    expect(theirs.isNew).toBe(true);
    expect(theirs.id).not.toBe(mine.id);
  });

  it("is not needed: without one every request is a job", async () => {
    const before = await db.$count(jobs, sql`project_id = ${otherTenant.projectId}`);
    await Promise.all([startExport(otherTenant), startExport(otherTenant)]);
    expect(await db.$count(jobs, sql`project_id = ${otherTenant.projectId}`)).toBe(before + 2);
  });
});
