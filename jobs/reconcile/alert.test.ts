import { rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { notificationChannels, notificationRules, notifications } from "@/db/schema";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { makeTenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();

it("tells of a damaged file, once each time, and of one that is gone nothing", async () => {
  const settings = { kind: "webhook" as const, url: "http://127.0.0.1:1/", secret: "s" };
  const [channel] = await db
    .insert(notificationChannels)
    .values({ name: unique(), kind: "webhook", settings })
    .returning();
  await db.insert(notificationRules).values({ channelId: channel?.id ?? "", event: "proof_failed" });
  const told = async (id: string) =>
    (await db.select().from(notifications)).map((row) => row.facts).filter((facts) => facts?.backupId === id);
  const tenant = await makeTenant({ tables: 0 });
  const [{ backup }, { backup: gone }] = [await makeBackup(tenant, "BYTES"), await makeBackup(tenant)];
  const file = path.join(testEnv.backupDir, backup.storagePath);
  await rm(path.join(testEnv.backupDir, gone.storagePath));
  await truncate(file, 3);
  await reconcile();
  await reconcile();
  expect(await stateOf(gone.id)).toMatchObject({ status: "missing" });
  expect(await told(gone.id)).toEqual([]);
  const about = { backupId: backup.id, filename: backup.filename, jobId: null };
  const short = { ...about, reasons: ["Its file has 3 bytes instead of 5."] };
  expect(await told(backup.id)).toEqual([short]);

  await writeFile(file, "BYTES");
  await reconcile();
  expect(await stateOf(backup.id)).toMatchObject({ status: "available" });
  await addCopy(backup, {});
  await truncate(file, 4);
  await reconcile();
  const copy = "A copy of it is at a destination: bring that back from its page.";
  const shorter = { ...about, reasons: ["Its file has 4 bytes instead of 5.", copy] };
  expect(await told(backup.id)).toEqual([short, shorter]);
});
