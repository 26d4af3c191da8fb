import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { beginDraft, noteDraft } from "@/jobs/backup-copy/draft";
import { startCopyCheck } from "@/jobs/backup-copy/start";
import { copyBackup } from "@/jobs/backup-copy/task";
import { verifyCopy } from "@/jobs/backup-copy/verify-task";
import { numbered } from "@/jobs/home/write";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy, addFolder } from "@/jobs/testing/copies";
import { byTester, claimCopy, contextOf, endJob, removeOrphansNow } from "@/jobs/testing/copy-run";
import { testEnv } from "@/jobs/testing/env";
import { claim } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";

givenControlPlane();
describe("a file that is moved", () => {
  it("goes once its copy is stored for good, and not before", async () => {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const job = await claimCopy({ backup, destination: await addFolder(), move: true });
    const later: (() => Promise<void>)[] = [];
    const commit = await copyBackup.run({ ...contextOf(job), afterwards: (work) => void later.push(work) });
    const home = path.join(testEnv.backupDir, backup.storagePath);
    const crash = db.transaction(async (tx) => {
      await commit(tx);
      throw new Error("killed");
    });
    await expect(crash).rejects.toThrow("killed");
    expect(existsSync(home)).toBe(true);
    // Of what was taken back nothing is done either.
    for (const work of later.splice(0)) await work();
    expect(existsSync(home)).toBe(true);
    await db.transaction(commit);
    for (const work of later) await work();
    expect(existsSync(home)).toBe(false);
  });
});

describe("a copy whose job ends before it could tell of it", () => {
  async function put() {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    const job = await claimCopy({ backup, destination });
    await copyBackup.run(contextOf(job));
    const file = path.join(destination.folder, backup.storagePath);
    expect(existsSync(file)).toBe(true);
    return { backup, destination, job, file };
  }
  it("leaves no file, as soon as the job is over", async () => {
    const { job, file } = await put();
    await removeOrphansNow();
    expect(existsSync(file)).toBe(true);
    await endJob(job.id);
    await removeOrphansNow();
    expect(existsSync(file)).toBe(false);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.jobId, job.id))).toMatchObject([
      { status: "pending", sizeBytes: null },
    ]);
  });

  it("leaves the file to the next attempt, which does not write it again", async () => {
    const { job, file } = await put();
    const { ino } = await stat(file);
    const next = { ...job, fence: job.fence + 1 };
    const commit = await copyBackup.run(contextOf(next));
    await db.transaction(commit);
    await endJob(job.id);
    await removeOrphansNow();
    expect((await stat(file)).ino).toBe(ino);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.jobId, job.id))).toMatchObject([
      { status: "stored", name: path.relative(path.dirname(path.dirname(file)), file) },
    ]);
  });

  it("leaves a file that nobody has told of to the next attempt, and whoever is late does not take it back", async () => {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const destination = await addFolder();
    const job = await claimCopy({ backup, destination });
    const draftId = await beginDraft(job, { destinationId: destination.id, name: backup.storagePath });
    const file = path.join(destination.folder, backup.storagePath);
    await mkdir(path.dirname(file), { recursive: true });
    await copyFile(path.join(testEnv.backupDir, backup.storagePath), file);
    const commit = await copyBackup.run(contextOf({ ...job, fence: job.fence + 1 }));
    await db.transaction(commit);
    const { storagePath: name, sizeBytes } = backup;
    await expect(noteDraft(draftId, { name, sizeBytes, locator: null })).rejects.toBe("lost");
    await endJob(job.id);
    await removeOrphansNow();
    expect(existsSync(file)).toBe(true);
  });

  it("takes no name that is about to be removed", async () => {
    const { backup, destination, job, file } = await put();
    await endJob(job.id);
    // Somebody is just removing it.
    await rm(file);
    const again = await claimCopy({ backup, destination });
    const commit = await copyBackup.run(contextOf(again));
    await db.transaction(commit);
    await removeOrphansNow();
    expect(existsSync(path.join(destination.folder, numbered(backup.storagePath, 2)))).toBe(true);
    expect(existsSync(file)).toBe(false);
  });

  it("removes a file that was called damaged only when another has taken its place", async () => {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const folder = await addFolder();
    const { file, destinationId } = await addCopy(backup, { folder, status: "corrupt" });
    const destination = { id: destinationId, name: "vault" };
    const first = await claimCopy({ backup, destination });
    await copyBackup.run(contextOf(first));
    await endJob(first.id);
    await removeOrphansNow();
    expect(existsSync(file)).toBe(true);
    const commit = await copyBackup.run(contextOf(await claimCopy({ backup, destination })));
    await db.transaction(commit);
    await removeOrphansNow();
    expect(existsSync(file)).toBe(false);
    const [copy] = await db.select().from(backupCopies).where(eq(backupCopies.destinationId, destinationId));
    expect(existsSync(path.join(folder.folder, copy?.name ?? ""))).toBe(true);
  });

  it("keeps one that was called damaged and is not", async () => {
    const tenant = await registerTenant(await makeSchema({ tables: 0 }));
    const { backup } = await makeBackup(tenant);
    const folder = await addFolder();
    const { file, destinationId } = await addCopy(backup, { folder, status: "corrupt" });
    // It is the last whole file.
    await rename(path.join(testEnv.backupDir, backup.storagePath), file);
    const commit = await copyBackup.run(
      contextOf(await claimCopy({ backup, destination: { id: destinationId, name: "vault" } })),
    );
    await db.transaction(commit);
    await removeOrphansNow();
    expect(existsSync(file)).toBe(true);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.destinationId, destinationId))).toMatchObject([
      { status: "stored", problem: null },
    ]);
  });
});

it("a check that began before a copy was made anew says nothing of that", async () => {
  const tenant = await registerTenant(await makeSchema({ tables: 0 }));
  const { backup } = await makeBackup(tenant);
  const { destinationId } = await addCopy(backup, { status: "missing" });
  const wanted = { backup, destination: { id: destinationId, name: "vault" } };
  const check = await db.transaction((tx) => startCopyCheck(tx, byTester, wanted));
  const commit = await verifyCopy.run(contextOf(await claim(check.id)));
  await claimCopy(wanted);
  await db.transaction(commit);
  const [copy] = await db.select().from(backupCopies).where(eq(backupCopies.destinationId, destinationId));
  expect(copy?.status).toBe("pending");
});
