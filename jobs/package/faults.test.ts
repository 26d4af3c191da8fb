import { execFileSync } from "node:child_process";
import { rm } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, jobs } from "@/db/schema";
import { reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { killedBeforeRow, killedInMidDump } from "@/jobs/testing/killed-export";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { fileOf } from "@/jobs/testing/restore";
import { smallDisk } from "@/jobs/testing/small-disk";
import { large, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { backupOf, proofOf } from "@/jobs/testing/verification";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  await addKey({ keep: true });
  tenant = await makeTenant(large);
});

async function expectOne(id: string) {
  const [backup, ...more] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  expect(more).toEqual([]);
  expect(await published()).toContain(backup.storagePath);
  execFileSync("tar", ["-tf", fileOf(backup)]);
  expect(await leftovers(id)).toEqual(nothing);
}

describe("a worker that is killed", () => {
  it("in the middle of the dump in a package leaves a job that another one does", async () => {
    const id = await killedInMidDump(tenant, { format: "package" });
    await using _survivor = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    await expectOne(id);
  });

  it("between a package and its row leaves neither one without the other in the end", async () => {
    const known = (await published()).length;
    const id = await killedBeforeRow(tenant, { format: "package", encrypt: true });
    await using _survivor = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    await expectOne(id);
    expect(await published()).toHaveLength(known + 2);
  });
});

describe("a package whose row was lost", () => {
  it.each([false, true])("is listed again, and can be proven (encrypted: %s)", async (encrypt) => {
    await using worker = await startWorkerProcess({ CHECK_MB_PER_MINUTE: "0" });
    const backup = await backupOf(tenant, { format: "package", encrypt });
    await db.delete(backups).where(eq(backups.id, backup.id));
    await db.delete(jobs).where(eq(jobs.id, backup.jobId));
    await reconcile();
    const [again] = await backupsOf(backup.jobId);
    if (!again) throw new Error(`not listed again: ${worker.log()}`);
    const { id: _, createdAt: __, createdBy: ___, checkedAt: ____, durationMs: _____, ...same } = backup;
    expect(again).toMatchObject(same);
    expect(await proofOf(again, "restore")).toMatchObject({ result: "passed" });
    await rm(fileOf(again));
  });
});

it("a disk that has room for the dump, and not for what belongs to it in a package, is full: nothing is left", async () => {
  // On the server its rows are compressed, so that nobody foresees it.
  const full = await makeTenant({ tables: 1, rows: 5_000, rowBytes: 8_000 });
  await using first = await startWorkerProcess();
  const { originalBytes } = await backupOf(full, { format: "custom", compression: "none", fingerprint: false });
  await first[Symbol.asyncDispose]();
  // A page more for the id of the folder.
  const disk = await smallDisk(`size=${Math.ceil((512 + originalBytes) / 4096) * 4 + 4}k`);
  await using worker = await startWorkerProcess(disk.env, disk.within);
  const id = await startExport(full, { format: "package", compression: "none" });
  const job = await jobAtEnd(id);
  expect(job).toMatchObject({ status: "failed", errorCode: "disk_full", attempts: 1 });
  expect(job.steps.find(({ name }) => name === "package")?.startedAt).not.toBeNull();
  expect(job.errorMessage).toMatch(/^The disk is full: about [\d.]+ MB needed, [\d.]+ MB free\.$/);
  expect(await disk.files(worker)).toEqual([]);
  expect(await leftovers(id)).toEqual(nothing);
  expect(await backupsOf(id)).toEqual([]);
});
