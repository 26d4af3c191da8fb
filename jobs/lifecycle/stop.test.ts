import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor, misbehavingDump } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess, type WorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const lockedBells = async () => [
  ...(await db.execute(sql`select id from graphile_worker._private_jobs where locked_at is not null`)),
];

const ways: [string, (worker: WorkerProcess) => void][] = [
  ["is asked to stop", (worker) => worker.signal("SIGTERM")],
  ["is interrupted at the terminal", (worker) => worker.signal("SIGINT")],
  ["loses its supervisor", (worker) => worker.disconnect()],
];

describe("a worker that", () => {
  it.each(ways)("%s in the middle of its jobs gives them back and ends within seconds", async (_, stop) => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using worker = await startWorkerProcess({ ...gate.env, WORKER_CONCURRENCY: "2" });
    const ids = [await startExport(tenant), await startExport(tenant, { format: "custom" })];
    for (const id of ids) await jobWhen(id, (job) => job.currentTable);
    const waiting = await startExport(tenant);

    const before = await published();
    const asked = Date.now();
    stop(worker);
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(15_000);
    for (const id of [...ids, waiting]) {
      expect(await jobOf(id)).toMatchObject({ status: "pending", attempts: 0, workerId: null, errorCode: null });
    }
    expect(await lockedBells()).toEqual([]);
    expect(await leftovers()).toEqual(nothing);
    expect(await published()).toEqual(before);

    await using _next = await startWorkerProcess();
    for (const id of [...ids, waiting]) {
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1 });
      expect(await backupsOf(id)).toHaveLength(1);
    }
  });

  it("is asked to stop while pg_dump does not want to end, is still gone within seconds", async () => {
    await using worker = await startWorkerProcess({ COFFER_PG_BIN: await misbehavingDump("forever") });
    const id = await startExport(await makeTenant(), { format: "custom" });
    await waitFor(async () => (await leftovers(id)).processes.length > 0, { what: "pg_dump" });
    const asked = Date.now();
    worker.signal("SIGTERM");
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(await jobOf(id)).toMatchObject({ status: "pending", attempts: 0 });
    expect(await leftovers(id)).toEqual(nothing);
  });

  it("has nothing to do stops at once", async () => {
    await using worker = await startWorkerProcess();
    const asked = Date.now();
    worker.signal("SIGTERM");
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(5_000);
  });
});
