import { rm, truncate, writeFile } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, backups, jobs } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { startCopy, startCopyCheck } from "@/jobs/backup-copy/start";
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
