import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { claimJob } from "@/jobs/lifecycle/claim";
import { giveBack } from "@/jobs/lifecycle/finish";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

const set = (id: string, values: Partial<typeof jobs.$inferInsert>) =>
  db.update(jobs).set(values).where(eq(jobs.id, id));

describe("claiming a job", () => {
  it("lets one of many through", async () => {
    const id = await startExport(tenant);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimJob(id, randomUUID(), "queue")));
    const [job, ...others] = claims.filter((claimed) => claimed !== null);
    expect(others).toEqual([]);
    expect(await jobOf(id)).toMatchObject({
      status: "in_progress",
      attempts: 1,
      fence: 1,
      workerId: job?.workerId,
      queueWorkerId: "queue",
    });
  });

  it("gives a lease of half a minute by the database's clock", async () => {
    const job = await claim(await startExport(tenant));
    const [row] = await db.execute(sql`select extract(epoch from lease_expires_at - now())::float8 as seconds
      from control_plane.jobs where id = ${job.id}`);
    expect(row?.seconds).toBeGreaterThan(25);
    expect(row?.seconds).toBeLessThanOrEqual(30);
    expect(Math.abs(job.clockSkew)).toBeLessThan(1000);
  });

  it("is refused before the job is due", async () => {
    const id = await startExport(tenant);
    await db.update(jobs).set({ runAt: sql`now() + interval '1 minute'` }).where(eq(jobs.id, id));
    expect(await claimJob(id, randomUUID(), null)).toBeNull();
  });

  it("is refused while somebody else holds the lease, even one that has run out: that is for the reaper to say", async () => {
    const { id } = await claim(await startExport(tenant));
    await set(id, { leaseExpiresAt: new Date(0) });
    expect(await claimJob(id, randomUUID(), null)).toBeNull();
    await set(id, { status: "cancelling" });
    expect(await claimJob(id, randomUUID(), null)).toBeNull();
  });

  it.each(["completed", "failed", "cancelled"] as const)("is refused when the job is %s", async (status) => {
    const id = await startExport(tenant);
    await set(id, { status, finishedAt: new Date() });
    expect(await claimJob(id, randomUUID(), null)).toBeNull();
  });

  it("takes a job that is to be cleaned up, which costs no attempt", async () => {
    const id = await startExport(tenant);
    await giveBack(await claim(id));
    expect(await cancelExport(id)).toBe("cancelling");
    expect(await claim(id)).toMatchObject({ status: "cancelling", attempts: 0, fence: 2 });
  });

  it("begins the progress anew with each attempt, but not the time of the start", async () => {
    const id = await startExport(tenant);
    const first = await claim(id);
    await set(id, { progressPercentage: 55, rowsDone: 9, currentTable: "a", errorCode: "stalled", errorMessage: "m" });
    await giveBack(first);
    const second = await claim(id);
    expect(second).toMatchObject({ progressPercentage: 0, rowsDone: 0, currentTable: null, errorCode: null });
    expect(second).toMatchObject({ errorMessage: null, failure: null, fence: 2, startedAt: first.startedAt });
  });
});
