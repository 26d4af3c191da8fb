import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, jobs, workerInstances } from "@/db/schema";
import { startCopy } from "@/jobs/backup-copy/start";
import { orderAmongHosts } from "@/jobs/export-backup/order-among-hosts";
import { homeIdOf } from "@/jobs/home/id";
import { reap } from "@/jobs/lifecycle/reap";
import { reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addFolder } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { makeTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { startVerification } from "@/jobs/verify-backup/start";
import { openAnywhere } from "@/server/elsewhere";
import { exported, fileAt, homeOf, otherFolder, roundAt } from "@/server/testing/hosts";

givenControlPlane();

describe("hosts with backup folders of their own", () => {
  it("give a folder one id, whoever asks first", async () => {
    const folder = otherFolder();
    const ids = await Promise.all(Array.from({ length: 20 }, () => homeIdOf(folder)));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("do what needs a file where it is", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    expect(backup.homeId).toBe(await homeIdOf(folder));
    const destination = await addFolder();
    await using _here = await startWorkerProcess();
    const copying = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination }));
    const proving = await db.transaction((tx) => startVerification(tx, byCoffer, { backup, level: "archive" }));
    // Those that have the file come last, and find the jobs waiting.
    await using _there = await startWorkerProcess({ BACKUP_DIR: folder });
    for (const { id } of [copying, proving])
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 1, errorMessage: null });
    const [copy] = await db.select().from(backupCopies).where(eq(backupCopies.backupId, backup.id));
    expect(copy?.status).toBe("stored");
    expect(existsSync(fileAt(testEnv.backupDir, backup))).toBe(false);
  });

  it("read a copy where the file is not, once those that have it are silent", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    const destination = await addFolder();
    {
      await using _ = await startWorkerProcess({ BACKUP_DIR: folder });
      const { id } = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination }));
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
    }
    const { id } = await db.transaction((tx) => startVerification(tx, byCoffer, { backup, level: "archive" }));
    // It is for those that have the file, until they have been silent for too long.
    await using _ = await startWorkerProcess();
    await db
      .update(workerInstances)
      .set({ heartbeatAt: sql`now() - interval '2 minutes'` })
      .where(eq(workerInstances.homeId, backup.homeId ?? ""));
    await db.update(jobs).set({ runAt: sql`now() - interval '1 minute'` }).where(eq(jobs.id, id));
    await reap();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
    // It is there now, so it is from there.
    await reconcile();
    expect(await homeOf(backup)).toBe(await homeIdOf(testEnv.backupDir));
    // Those that come back with theirs keep it.
    await roundAt(folder);
    expect(existsSync(fileAt(folder, backup))).toBe(true);
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  });

  it("see that their folder has become another one, as when its disk is mounted late", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    const late = otherFolder();
    await using _ = await startWorkerProcess({ BACKUP_DIR: late });
    await rename(late, `${late}-before`);
    await rename(folder, late);
    const { id } = await db.transaction((tx) => startVerification(tx, byCoffer, { backup, level: "archive" }));
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  });

  it("are remembered by the last of their workers only", async () => {
    const [homeId, other] = [randomUUID(), randomUUID()];
    const worker = { host: "here", pid: 1, concurrency: 1 };
    const ago = (time: string) => sql`now() - ${time}::interval`;
    await db.insert(workerInstances).values([
      { ...worker, homeId, heartbeatAt: ago("3 days") },
      { ...worker, homeId, heartbeatAt: ago("2 days") },
      { ...worker, homeId: other, heartbeatAt: ago("3 days") },
      { ...worker, heartbeatAt: ago("3 days") },
      { ...worker, heartbeatAt: ago("1 hour") },
    ]);
    await reap();
    const left = await db.select().from(workerInstances).where(eq(workerInstances.host, "here"));
    expect(left.map((row) => row.homeId).sort()).toEqual([homeId, other, null].sort());
    expect(left.find((row) => row.homeId === homeId)?.heartbeatAt.getTime()).toBeGreaterThan(
      Date.now() - 2.5 * 86_400_000,
    );
  });

  it("give exports of one second names of their own", async () => {
    await exported(otherFolder());
    const tenant = await makeTenant({ tables: 0 });
    const ids = await Promise.all([1, 2, 3].map(() => startExport(tenant)));
    const at = new Date("2026-01-29T15:30:07.891Z");
    const orders = [];
    for (const id of ids) await db.update(jobs).set({ createdAt: at }).where(eq(jobs.id, id));
    for (const id of ids) {
      const [row] = await db.select().from(jobs).where(eq(jobs.id, id));
      if (!row) throw new Error("no job");
      orders.push(await orderAmongHosts({ ...row, clockSkew: 0 }, await homeIdOf(testEnv.backupDir)));
    }
    expect(orders.sort()).toEqual([0, 1, 2]);
  });

  it("download from a copy what is on another host, or say where it is", async () => {
    const folder = otherFolder();
    const backup = await exported(folder);
    await expect(openAnywhere(backup)).rejects.toMatchObject({ code: "BACKUP_ELSEWHERE" });
    expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
    const destination = await addFolder();
    await using _ = await startWorkerProcess({ BACKUP_DIR: folder });
    const { id } = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination }));
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
    const found = await openAnywhere(backup);
    if (!("bytes" in found)) throw new Error("not from a copy");
    const pieces: Buffer[] = [];
    const whole = { start: 0, end: backup.sizeBytes };
    for await (const piece of found.bytes(whole, new AbortController().signal)) pieces.push(Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(await readFile(fileAt(folder, backup)))).toBe(true);
  });
});
