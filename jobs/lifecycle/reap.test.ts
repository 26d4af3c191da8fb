import { randomUUID } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs, workerInstances } from "@/db/schema";
import { reap } from "@/jobs/lifecycle/reap";
import { ring } from "@/jobs/queue";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, bellsOf, cancelExport, claim, jobOf, startExport } from "@/jobs/testing/export-job";
import { letLeaseRunOut } from "@/jobs/testing/lease";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

/** A job whose worker has not been heard of since the lease ran out. */
async function abandoned(queueWorkerId: string | null = null) {
  const { id } = await claim(await startExport(tenant), queueWorkerId);
  await letLeaseRunOut(id);
  return id;
}
const free = { workerId: null, queueWorkerId: null, leaseExpiresAt: null };
const waitingFor = (id: string, seconds: number) =>
  db
    .update(jobs)
    .set({ runAt: sql`now() - make_interval(secs => ${seconds})` })
    .where(eq(jobs.id, id));
const silence = (id: string) =>
  db.execute(sql`delete from graphile_worker._private_jobs where payload->>'jobId' = ${id}`);

describe("a job whose worker is silent", () => {
  it("goes back to the queue, and says why", async () => {
    const id = await abandoned();
    expect(await reap()).toEqual([]);
    expect(await jobOf(id)).toMatchObject({ ...free, status: "pending", attempts: 1, errorCode: "worker_lost" });
    expect(await bellsOf(id)).toMatchObject([{ due: true, lockedBy: null }]);
  });

  it("fails when that was its last attempt", async () => {
    const id = await abandoned();
    await allowAttempts(id, 1);
    expect(await reap()).toMatchObject([{ id, fence: 1, status: "failed" }]);
    expect(await jobOf(id)).toMatchObject({
      ...free,
      status: "failed",
      errorCode: "worker_lost",
      errorMessage: "The worker stopped answering in the middle of this job.",
      finishedAt: expect.any(Date),
    });
    expect(await bellsOf(id)).toEqual([]);
  });

  it("is cleaned up by another worker when it was to be cancelled, whatever its attempts", async () => {
    const id = await abandoned();
    await allowAttempts(id, 1);
    await cancelExport(id);
    await reap();
    expect(await jobOf(id)).toMatchObject({ ...free, status: "cancelling", finishedAt: null });
    expect(await bellsOf(id)).toMatchObject([{ due: true }]);
  });

  it("is handled once by many reapers, each of which leaves the rest alone", async () => {
    const ids = await Promise.all([1, 2, 3, 4].map(() => abandoned()));
    await Promise.all([1, 2, 3, 4, 5].map(() => reap()));
    for (const id of ids) {
      expect(await jobOf(id)).toMatchObject({ status: "pending" });
      expect(await bellsOf(id)).toHaveLength(1);
    }
  });

  it("does not keep its bell locked under the dead worker's name", async () => {
    const id = await abandoned("dead-worker");
    const other = await startExport(tenant);
    await db.execute(sql`select graphile_worker.add_job('export_backup', json_build_object('jobId', ${id}::text))`);
    const lock = (job: string, name: string) =>
      db.execute(
        sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = ${name} where payload->>'jobId' = ${job}`,
      );
    await lock(id, "dead-worker");
    await lock(other, "live-worker");
    await reap();
    const locked = async (job: string) => (await bellsOf(job)).filter(({ lockedBy }) => lockedBy !== null);
    expect(await locked(id)).toEqual([]);
    expect(await locked(other)).toMatchObject([{ lockedBy: "live-worker" }]);
  });
});

describe("the reaper", () => {
  it("leaves a job alone whose worker is alive", async () => {
    const { id } = await claim(await startExport(tenant));
    const before = await jobOf(id);
    await reap();
    expect(await jobOf(id)).toEqual(before);
  });

  it.each(["pending", "cancelling"] as const)("rings again for a %s job that nobody has answered", async (status) => {
    const id = await startExport(tenant);
    await silence(id);
    await db.update(jobs).set({ status }).where(eq(jobs.id, id));
    await waitingFor(id, 15);
    await reap();
    expect(await bellsOf(id)).toEqual([]);
    await waitingFor(id, 25);
    await reap();
    expect(await bellsOf(id)).toMatchObject([{ due: true }]);
  });

  it("rings again for a job of any kind", async () => {
    const id = await startExport(tenant);
    await db.update(jobs).set({ kind: "verify_copy" }).where(eq(jobs.id, id));
    await silence(id);
    await waitingFor(id, 25);
    await reap();
    expect(await bellsOf(id)).toMatchObject([{ due: true }]);
  });

  it("does not ring for what is over or not yet due", async () => {
    const [over, later] = [await startExport(tenant), await startExport(tenant)];
    for (const id of [over, later]) await silence(id);
    await db.update(jobs).set({ status: "failed", finishedAt: new Date() }).where(eq(jobs.id, over));
    await waitingFor(over, 100);
    await waitingFor(later, -100);
    await reap();
    expect([await bellsOf(over), await bellsOf(later)]).toEqual([[], []]);
  });

  it("keeps the place in the queue of a job that merely waits for a free worker", async () => {
    const id = await startExport(tenant);
    await db.execute(
      sql`update graphile_worker._private_jobs set run_at = now() - interval '1 hour' where payload->>'jobId' = ${id}`,
    );
    await waitingFor(id, 3600);
    await reap();
    const [bell, ...more] = await bellsOf(id);
    expect(bell?.inSeconds).toBeLessThan(-3500);
    expect(more).toEqual([]);
  });

  it("removes the bell that a killed worker held while it was rung again, and no other", async () => {
    const held = async (ago: string) => {
      const id = await startExport(tenant);
      await db.execute(sql`
        update graphile_worker._private_jobs set locked_by = 'somebody', locked_at = now() - ${ago}::interval
        where payload->>'jobId' = ${id}`);
      // The old row loses its key, and a new one takes its place.
      await ring(db, { id, kind: "export_backup" }, { keepPlace: true });
      expect(await bellsOf(id)).toHaveLength(2);
      return id;
    };
    const [dead, alive] = [await held("3 minutes"), await held("1 minute")];
    await reap();
    expect(await bellsOf(dead)).toMatchObject([{ lockedBy: null }]);
    expect(await bellsOf(alive)).toHaveLength(2);
  });

  it("forgets workers that have been silent for a day", async () => {
    const [old, young] = [randomUUID(), randomUUID()];
    const worker = { host: "somewhere", pid: 1, concurrency: 1 };
    await db.insert(workerInstances).values([
      { ...worker, id: old, heartbeatAt: new Date(Date.now() - 25 * 3600_000) },
      { ...worker, id: young, heartbeatAt: new Date() },
    ]);
    await reap();
    const left = await db.select({ id: workerInstances.id }).from(workerInstances);
    expect(left.map(({ id }) => id)).toEqual([young]);
  });
});
