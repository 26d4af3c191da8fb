import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { db } from "@/db/client";
import { dataExports, jobs } from "@/db/schema";
import { dataExportOptions } from "@/jobs/data/options";
import { cleanDataExport } from "@/jobs/export-data/clean";
import { startDataExport } from "@/jobs/export-data/start";
import { sweepExports } from "@/jobs/export-data/sweep";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { allowAttempts, cancelExport, claim, jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { files, filesOf, madeBy, writing } from "@/jobs/testing/exported-rows";
import { reapNow } from "@/jobs/testing/lease";
import { backendsOf } from "@/jobs/testing/leftovers";
import { smallDisk } from "@/jobs/testing/small-disk";
import { makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";
import { unzipped } from "@/jobs/testing/unzipped";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  // Large enough that a job is seen in the middle of it: 300 MB of JSON.
  tenant = await makeTenant({ tables: 2, firstRows: 200_000, rowBytes: 1_500 });
});

async function start(options: object = {}, of = tenant): Promise<string> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  const wanted = { projectId: of.projectId, options: dataExportOptions.parse(options), told: {} };
  const job = await db.transaction((tx) => startDataExport(tx, origin, wanted));
  return job.id;
}

it("writes a file that is what its row says, and tells how far it is", async () => {
  await using _ = await startWorkerProcess();
  const id = await start({ format: "ndjson" });
  const halfway = await jobWhen(id, (job) => job.rowsDone > 0 && job.rowsDone < 200_100 && job.bytesDone > 0);
  expect(halfway).toMatchObject({ status: "in_progress", currentTable: "t1", tablesDone: 0, tablesTotal: 2 });
  expect(halfway.currentStep).toBe("Writing t1 (1 of 2)");
  expect(halfway.progressPercentage).toBeGreaterThan(2);
  const job = await jobAtEnd(id);
  expect(job).toMatchObject({
    status: "completed",
    rowsDone: 200_100,
    tablesDone: 2,
    tablesTotal: 2,
    stepsCompleted: 2,
  });
  const { bytes, sizeBytes, sha256, tableCounts } = await madeBy(id);
  expect([sizeBytes, tableCounts]).toEqual([bytes.length, { t1: 200_000, t2: 100 }]);
  expect(job.bytesDone).toBe(sizeBytes);
  expect(sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(bytes.toString("latin1").split("\n")).toHaveLength(200_101);
  expect(await backendsOf(id)).toEqual([]);
});

it("writes a zip, a gzip and chosen rows", async () => {
  await using _ = await startWorkerProcess();
  const [zip, gzip, rows] = [
    await start({ format: "csv" }),
    await start({ format: "csv", compress: true, tableName: "t2" }),
    await start({ tableName: "t2", ids: [1, 3], includeMetadata: false }),
  ];
  for (const id of [zip, gzip, rows]) expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
  expect((await unzipped((await madeBy(zip)).bytes))["t2.csv"]).toMatch(/^id,body\n1,/);
  expect(gunzipSync((await madeBy(gzip)).bytes).toString()).toMatch(/^id,body\n1,/);
  const { t2 } = JSON.parse((await madeBy(rows)).bytes.toString());
  expect(t2.map(({ id }: { id: number }) => id)).toEqual([1, 3]);
});

it("is cancelled in the middle, and leaves no session and no file", async () => {
  await using _ = await startWorkerProcess();
  const id = await start();
  await writing(id);
  await cancelExport(id);
  const job = await jobAtEnd(id);
  expect(job).toMatchObject({
    status: "cancelled",
    cancelReceipt: { backendEndedAt: expect.any(String), filesRemovedAt: expect.any(String) },
  });
  expect([await backendsOf(id), await filesOf(id)]).toEqual([[], []]);
});

it("is cancelled while it waits for a lock", async () => {
  await using _ = await startWorkerProcess();
  await using lock = await blocking(tenant.url, `lock table ${tenant.schema}.t2`);
  const id = await start();
  await waitingForLock(`coffer:${id}`);
  await cancelExport(id);
  expect(await jobAtEnd(id)).toMatchObject({ status: "cancelled" });
  expect(await backendsOf(id)).toEqual([]);
  await lock.commit();
});

it("goes on after a worker that was killed in the middle, whose file and session are gone", async () => {
  const victim = await startWorkerProcess();
  const id = await start();
  await writing(id);
  victim.signal("SIGKILL");
  await victim.exited;
  expect(await filesOf(id)).toEqual([`${id}.1.part`]);
  await reapNow(id);
  await using _ = await startWorkerProcess();
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2 });
  expect([await backendsOf(id), await filesOf(id)]).toEqual([[], [id]]);
});

it("of a worker that was killed when the file was whole, and not listed, is made anew", async () => {
  const victim = await startWorkerProcess();
  await using lock = await blocking(testEnv.controlUrl, "lock table control_plane.data_exports in share mode");
  const id = await start({ tableName: "t2" });
  await waitingForLock("coffer", sessions(testEnv.controlUrl));
  expect(await filesOf(id)).toEqual([id]);
  victim.signal("SIGKILL");
  await victim.exited;
  await lock.commit();
  await reapNow(id);
  await using _ = await startWorkerProcess();
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2 });
  const { bytes, sizeBytes } = await madeBy(id);
  expect([bytes.length, await filesOf(id)]).toEqual([sizeBytes, [id]]);
});

it("that another attempt has listed is not cleaned away", async () => {
  const id = await start({ tableName: "t2" });
  const first = await claim(id);
  await reapNow(id);
  await using _ = await startWorkerProcess();
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", fence: 2 });
  await cleanDataExport(first, first.fence);
  expect(await filesOf(id)).toEqual([id]);
});

it("ends with words when the disk is full, and leaves nothing", async () => {
  const disk = await smallDisk("size=20m");
  await using worker = await startWorkerProcess({ ...disk.env, EXPORT_DIR: disk.env.BACKUP_DIR ?? "" }, disk.within);
  const id = await start();
  const job = await jobAtEnd(id);
  expect(job).toMatchObject({
    status: "failed",
    errorCode: "disk_full",
    errorMessage: "The disk for exports is full.",
    attempts: 1,
  });
  expect(await disk.files(worker)).toEqual([]);
  expect(await backendsOf(id)).toEqual([]);
});

it("ends with words when a table is locked for too long", async () => {
  await using _ = await startWorkerProcess({ EXPORT_LOCK_WAIT_SECONDS: "1" });
  await using lock = await blocking(tenant.url, `lock table ${tenant.schema}.t2`);
  const id = await start();
  await allowAttempts(id, 1);
  expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "blocked_by_lock" });
  await lock.commit();
});

it("is swept when it has expired, with what nobody is at work on any more, and nothing else", async () => {
  await using _ = await startWorkerProcess();
  const [kept, old, left] = [
    await start({ tableName: "t2" }),
    await start({ tableName: "t2" }),
    await start({ tableName: "none" }),
  ];
  for (const id of [kept, old, left]) await jobAtEnd(id);
  const runAt = sql`now() + interval '1 hour'`;
  const [waiting] = await db
    .insert(jobs)
    .values({ kind: "export_data", projectId: tenant.projectId, options: {}, runAt })
    .returning();
  if (!waiting) throw new Error("no job");
  await db.update(dataExports).set({ expiresAt: sql`now()` }).where(eq(dataExports.jobId, old));
  await mkdir(testEnv.exportDir, { recursive: true });
  const others = [`${left}.1.part`, left, `${kept}.1.part`, `${waiting.id}.1.part`, "notes.txt"];
  for (const name of others) await writeFile(path.join(testEnv.exportDir, name), "x");
  await sweepExports();
  const now = await files();
  for (const name of [kept, `${waiting.id}.1.part`, "notes.txt"]) expect(now).toContain(name);
  for (const name of [old, `${left}.1.part`, left, `${kept}.1.part`]) expect(now).not.toContain(name);
  expect(await db.select().from(dataExports).where(eq(dataExports.jobId, old))).toEqual([]);
});
