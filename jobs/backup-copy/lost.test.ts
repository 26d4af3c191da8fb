import { existsSync } from "node:fs";
import { rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, backups, jobs } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { removeOrphans } from "@/jobs/backup-copy/orphans";
import { startCopy, startCopyCheck } from "@/jobs/backup-copy/start";
import { copyBackup } from "@/jobs/backup-copy/task";
import { numbered } from "@/jobs/home/write";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failJob } from "@/jobs/lifecycle/finish";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { addCopy, addFolder } from "@/jobs/testing/copies";
import { type Backup, claim, jobAtEnd } from "@/jobs/testing/export-job";
import { addChannel, notificationsOf } from "@/jobs/testing/notification";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const origin = { actor: tester, address: null, requestId: null };
const webhook = { kind: "webhook" as const, url: "https://hooks.example.org/x", secret: "s" };

async function moved(of: Awaited<ReturnType<typeof registerTenant>>): Promise<Backup> {
  const { backup } = await makeBackup(of);
  await db.update(backups).set({ movedAt: new Date() }).where(eq(backups.id, backup.id));
  return backup;
}

it("whoever hears of a copy that is lost is told whether the backup is, too", async () => {
  const tenant = await registerTenant(await makeSchema({ tables: 0 }));
  const [lost, cut, twice, home] = [
    await moved(tenant),
    await moved(tenant),
    await moved(tenant),
    (await makeBackup(tenant)).backup,
  ];
  await addCopy(twice, {});
  await rm((await addCopy(lost, {})).file);
  await truncate((await addCopy(cut, {})).file, 1);
  for (const backup of [twice, home]) await rm((await addCopy(backup, {})).file);
  const channel = await addChannel(webhook, [{ event: "copy_failed" }]);
  await db.update(backupCopies).set({ checkedAt: sql`now() - interval '25 hours'` });
  await lookAfterDestinations(new AbortController().signal);
  const told = (await notificationsOf(channel)).map(({ facts }) => facts as { backupId: string; isGood: boolean });
  expect(new Map(told.map(({ backupId, isGood }) => [backupId, isGood]))).toEqual(
    new Map([
      [lost.id, false],
      [cut.id, false],
      [twice.id, true],
      [home.id, true],
    ]),
  );
});

it("so is whoever hears of a copy that could not be made", async () => {
  const tenant = await registerTenant(await makeSchema({ tables: 0 }));
  const channel = await addChannel(webhook, [{ event: "copy_failed" }]);
  const [{ backup: good }, { backup: lost }] = [await makeBackup(tenant), await makeBackup(tenant)];
  await db.update(backups).set({ status: "missing" }).where(eq(backups.id, lost.id));
  for (const backup of [good, lost]) {
    const { id } = await db.transaction(async (tx) =>
      startCopy(tx, origin, { backup, destination: await addFolder() }),
    );
    await db
      .update(jobs)
      .set({ runAt: new Date(0) })
      .where(eq(jobs.id, id));
    await failJob({ job: await claim(id), report: {} }, { code: "copy_missing", message: "No file." });
  }
  expect((await notificationsOf(channel)).map(({ facts }) => facts)).toMatchObject([
    { backupId: good.id, isGood: true },
    { backupId: lost.id, isGood: false },
  ]);
});

it("and whoever hears of one that was read back and is damaged", async () => {
  const tenant = await registerTenant(await makeSchema({ tables: 0 }));
  const channel = await addChannel(webhook, [{ event: "copy_failed" }]);
  const { backup } = await makeBackup(tenant);
  const { destinationId, file } = await addCopy(backup, {});
  await writeFile(file, Buffer.alloc(backup.sizeBytes, "x"));
  const destination = { id: destinationId, name: "vault" };
  await using _ = await startWorkerProcess();
  const { id } = await db.transaction((tx) => startCopyCheck(tx, origin, { backup, destination }));
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
  expect((await notificationsOf(channel)).map(({ facts }) => facts)).toMatchObject([
    { backupId: backup.id, isGood: true, message: "Its bytes are not those that were written." },
  ]);
});

describe("a copy whose job ends before it could tell of it", () => {
  const contextOf = (job: ClaimedJob) => {
    const now = () => new Date();
    return { job, signal: new AbortController().signal, step() {}, report() {}, now };
  };

  async function start(wanted: Parameters<typeof startCopy>[2]) {
    const { id } = await db.transaction((tx) => startCopy(tx, origin, wanted));
    await db
      .update(jobs)
      .set({ runAt: new Date(0) })
      .where(eq(jobs.id, id));
    return claim(id);
  }

  async function put() {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    const job = await start({ backup, destination });
    await copyBackup.run(contextOf(job));
    const file = path.join(destination.folder, backup.storagePath);
    expect(existsSync(file)).toBe(true);
    return { backup, destination, job, file };
  }
  const removeOrphansNow = () => removeOrphans(new AbortController().signal);

  it("leaves no file", async () => {
    const { job, file } = await put();
    await copyBackup.clean(job, job.fence);
    await copyBackup.clean(job, job.fence);
    const [copy] = await db.select().from(backupCopies).where(eq(backupCopies.jobId, job.id));
    expect(copy).toMatchObject({ status: "pending", sizeBytes: null, locator: null });
    await removeOrphansNow();
    expect(existsSync(file)).toBe(false);
  });

  it("leaves the file to an attempt that has taken over, which does not write it again", async () => {
    const { job, file } = await put();
    const { ino } = await stat(file);
    const next = { ...job, fence: job.fence + 1 };
    await db.update(jobs).set({ fence: next.fence }).where(eq(jobs.id, job.id));
    await copyBackup.clean(next, job.fence);
    await copyBackup.clean(job, job.fence);
    await copyBackup.run(contextOf(next));
    await removeOrphansNow();
    expect((await stat(file)).ino).toBe(ino);
  });

  it("takes no name that is about to be removed", async () => {
    const { backup, destination, job, file } = await put();
    await copyBackup.clean(job, job.fence);
    // Somebody is just removing it.
    await rm(file);
    await db
      .update(jobs)
      .set({ status: "failed", finishedAt: new Date(), leaseExpiresAt: null, workerId: null })
      .where(eq(jobs.id, job.id));
    await copyBackup.run(contextOf(await start({ backup, destination })));
    await removeOrphansNow();
    expect(existsSync(path.join(destination.folder, numbered(backup.storagePath, 2)))).toBe(true);
    expect(existsSync(file)).toBe(false);
  });
});
