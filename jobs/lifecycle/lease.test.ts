import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { completeJob, giveBack } from "@/jobs/lifecycle/finish";
import { holdLease } from "@/jobs/lifecycle/lease";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { cancelExport, claim, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

/** A job with its lease held; `heard` gets what the lease has to say. */
async function held() {
  const job = await claim(await startExport(tenant));
  const heard: string[] = [];
  const lease = holdLease(job, { cancel: () => heard.push("cancel"), lost: () => heard.push("lost") });
  return { job, lease, heard, [Symbol.asyncDispose]: () => lease.stop() };
}

const secondsLeft = async (id: string) => {
  const [row] = await db.execute<{ seconds: number }>(sql`
    select extract(epoch from lease_expires_at - now())::float8 as seconds from control_plane.jobs where id = ${id}`);
  return row?.seconds ?? 0;
};

describe("a lease", () => {
  it("is renewed every few seconds, though nothing is reported", async () => {
    await using it = await held();
    await db.update(jobs).set({ leaseExpiresAt: new Date() }).where(eq(jobs.id, it.job.id));
    await jobWhen(it.job.id, async () => (await secondsLeft(it.job.id)) > 25, 8);
    expect(it.heard).toEqual([]);
  });

  it("writes the first report at once, and later ones within a second or two, the newest of each kind", async () => {
    await using it = await held();
    const started = Date.now();
    it.lease.report({ currentStep: "first" });
    await jobWhen(it.job.id, (job) => job.currentStep === "first");
    expect(Date.now() - started).toBeLessThan(900);
    for (let n = 1; n <= 50; n++) it.lease.report({ rowsDone: n });
    it.lease.report({ currentStep: "second" });
    await jobWhen(it.job.id, (job) => job.currentStep === "second", 3);
    expect(await jobOf(it.job.id)).toMatchObject({ rowsDone: 50 });
  });

  it("keeps what it has not written for whoever writes the outcome", async () => {
    await using it = await held();
    it.lease.report({ rowsDone: 1 });
    await jobWhen(it.job.id, (job) => job.rowsDone === 1);
    it.lease.report({ rowsDone: 2, currentTable: "last" });
    expect(it.lease.take()).toEqual({ rowsDone: 2, currentTable: "last" });
    expect(it.lease.take()).toEqual({});
  });

  it("says that it is lost when another attempt has taken over, and writes nothing into that", async () => {
    await using it = await held();
    await giveBack(it.job);
    await claim(it.job.id);
    it.lease.report({ currentStep: "an old attempt" });
    await jobWhen(it.job.id, () => it.heard.length > 0, 8);
    expect(it.heard[0]).toBe("lost");
    expect(await jobOf(it.job.id)).toMatchObject({ fence: 2, currentStep: "Waiting for a worker" });
  });

  it("says that it is lost when the job is over", async () => {
    await using it = await held();
    await completeJob({ job: it.job, report: {} }, async () => {});
    await jobWhen(it.job.id, () => it.heard.includes("lost"), 8);
  });

  it("hears of a cancel with its next beat, should the message get lost", async () => {
    await using it = await held();
    await cancelExport(it.job.id);
    await jobWhen(it.job.id, () => it.heard.includes("cancel"), 8);
    expect(await secondsLeft(it.job.id)).toBeGreaterThan(25);
  });

  it("is silent once it is stopped", async () => {
    const { job, lease } = await held();
    lease.report({ rowsDone: 5 });
    await lease.stop();
    const before = await jobOf(job.id);
    lease.report({ rowsDone: 6 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await jobOf(job.id)).toEqual(before);
  });
});
