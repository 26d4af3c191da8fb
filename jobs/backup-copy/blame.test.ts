import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, backups, destinations } from "@/db/schema";
import { bringHome } from "@/jobs/backup-copy/bring-home";
import { startCopy } from "@/jobs/backup-copy/start";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { addCopy, addDestination, addFolder, callUnhealthy } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { claim, jobOf } from "@/jobs/testing/export-job";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { startVerification } from "@/jobs/verify-backup/start";

givenControlPlane();

const origin = { actor: tester, address: null, requestId: null };
const healthOf = async ({ id }: { id: string }) => {
  const [row] = await db.select().from(destinations).where(eq(destinations.id, id));
  return { isHealthy: row?.unhealthySince === null, problem: row?.problem ?? null };
};
const statusOf = async ({ id }: { id: string }) =>
  (await db.select().from(backupCopies).where(eq(backupCopies.id, id)))[0]?.status;

/** A backup whose own file is gone. */
async function moved() {
  const { backup } = await makeBackup(await registerTenant(await makeSchema({ tables: 0 })));
  const home = path.join(testEnv.backupDir, backup.storagePath);
  const bytes = await readFile(home);
  await rm(home);
  await db.update(backups).set({ movedAt: new Date() }).where(eq(backups.id, backup.id));
  return { backup, bytes };
}

it("names the destination that could not give, and not the one that was to take", async () => {
  const { backup } = await moved();
  await using server = await startS3Server();
  const [from, to] = [await addDestination({ kind: "s3", ...server.settings }), await addFolder()];
  const copy = await addCopy(backup, {});
  await db.update(backupCopies).set({ destinationId: from.id }).where(eq(backupCopies.id, copy.id));
  server.fail("get", { status: 403, code: "AccessDenied" }, { times: 100 });
  await using _ = await startWorkerProcess();
  const { id } = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination: to }));
  await expect.poll(async () => (await jobOf(id)).errorMessage, { timeout: 60_000 }).toContain(`${from.name}: `);
  expect(await healthOf(from)).toEqual({ isHealthy: false, problem: expect.stringContaining("permission") });
  expect(await healthOf(to)).toEqual({ isHealthy: true, problem: null });
});

it("takes the next copy when the bytes of the first are others, and says so of that one", async () => {
  const { backup, bytes } = await moved();
  const [rotten, good] = [await addCopy(backup, {}), await addCopy(backup, {})];
  await writeFile(rotten.file, Buffer.from(bytes).reverse());
  await writeFile(good.file, bytes);
  // The rotten one is asked first.
  await callUnhealthy(good.destinationId);
  const proof = await db.transaction((tx) => startVerification(tx, origin, { backup, level: "archive" }));
  const [signal, now] = [new AbortController().signal, () => new Date()];
  const context = { job: await claim(proof.id), signal, step() {}, report() {}, afterwards() {}, now };
  await bringHome(context, backup.id);
  expect((await readFile(path.join(testEnv.backupDir, backup.storagePath))).equals(bytes)).toBe(true);
  expect([await statusOf(rotten), await statusOf(good)]).toEqual(["corrupt", "stored"]);
});
