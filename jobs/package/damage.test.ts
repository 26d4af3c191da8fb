import { copyFile, open, readFile, truncate } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { collect } from "@/jobs/archive/age/testing";
import { manifestSchema } from "@/jobs/archive/manifest";
import { openArchive } from "@/jobs/archive/open";
import { dumpOffset } from "@/jobs/package/pack";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import type { Backup } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { backupOf, claimAgain, now, proofOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();
let tenant: Tenant;
beforeAll(async () => {
  await addKey({ keep: true });
  tenant = await makeTenant();
});

const kinds = [
  { compression: "gzip", encrypt: false },
  { compression: "zstd", encrypt: false },
  { compression: "none", encrypt: false },
  { compression: "gzip", encrypt: true },
  { compression: "none", encrypt: true },
] as const;

const fileIn = (backup: Backup) => manifestSchema.parse(backup.manifest).file;

/** Where each region of a package begins, and its last bytes: the cuts that leave less than the whole. */
async function regionsOf(backup: Backup): Promise<[region: string, length: number][]> {
  const bytes = await readFile(fileOf(backup));
  const dumpEnd = dumpOffset + (fileIn(backup).dump?.sizeBytes ?? 0);
  const at = (text: string) => bytes.indexOf(text, dumpEnd);
  return [
    ["nothing", 0],
    ["a part of the first header", 300],
    ["no byte of the dump", dumpOffset],
    ["half of the dump", Math.floor((dumpOffset + dumpEnd) / 2)],
    ["all but a byte of the dump", dumpEnd - 1],
    ["nothing but the dump", dumpEnd],
    ["a part of a small file's header", at("SHA256SUMS") + 200],
    ["a part of the manifest", at('"manifestVersion"')],
    ["a part of the script", at("#!/bin/sh") + 10],
    ["a part of the README", at("# Backup of") + 10],
    ["no end", bytes.length - 1024],
    ["half an end", bytes.length - 512],
    ["all but a byte", bytes.length - 1],
  ];
}

describe.each(kinds)("a package (%o)", (options) => {
  it("that has lost any part of its end cannot be opened to its end, and is called corrupt", async () => {
    const backup = await backupOf(tenant, { format: "package", ...options });
    const archive = { ...fileIn(backup), path: path.join(testEnv.folder, unique()) };
    for (const [region, length] of await regionsOf(backup)) {
      await copyFile(fileOf(backup), archive.path);
      await truncate(archive.path, length);
      const opening = collect(openArchive(archive)).then(() => null);
      await expect(opening, region).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
    }
    await copyFile(fileOf(backup), archive.path);
    expect((await collect(openArchive(archive))).length).toBe(backup.originalBytes);
  });

  it("that was cut, and whose sha256 was made to fit, fails its proof", async () => {
    const backup = await backupOf(tenant, { format: "package", ...options });
    const whole = await readFile(fileOf(backup));
    const regions = (await regionsOf(backup)).filter(([, length]) => length > 0);
    for (const [region, length] of regions.reverse()) {
      await truncate(fileOf(backup), length);
      await claimAgain(backup);
      const proof = await proofOf(backup, "restore");
      const { checksum_validation, archive_integrity } = proof.results;
      expect([region, proof.result, checksum_validation, archive_integrity]).toEqual([
        region,
        "failed",
        "passed",
        "failed",
      ]);
      expect(proof.restored).toBeNull();
      expect(await now(backup)).toMatchObject({ status: "corrupt", verifiedAt: null });
    }
    expect(whole.length).toBe(backup.sizeBytes);
  });

  it("with a changed byte in the dump, or in a header, fails its proof though its sha256 was made to fit", async () => {
    for (const at of [100, dumpOffset + 2000]) {
      const backup = await backupOf(tenant, { format: "package", ...options });
      await using file = await open(fileOf(backup), "r+");
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
      await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
      await claimAgain(backup);
      expect(await proofOf(backup, "archive")).toMatchObject({ result: "failed" });
      expect(await now(backup)).toMatchObject({ status: "corrupt" });
    }
  });

  it("is proven by a restore", async () => {
    const backup = await backupOf(tenant, { format: "package", ...options });
    const proof = await proofOf(backup, "restore");
    expect(proof).toMatchObject({ result: "passed", restored: { proof: { isProven: true } } });
    expect(await now(backup)).toMatchObject({ status: "available", verifiedLevel: "restore" });
  });
});

it("a package whose manifest tells another sha256 of its dump is corrupt", async () => {
  const backup = await backupOf(tenant, { format: "package" });
  const file = fileIn(backup);
  const changed = { ...manifestSchema.parse(backup.manifest), file: { ...file, dump: { ...file.dump, sha256: "00" } } };
  await db.update(backups).set({ manifest: changed }).where(eq(backups.id, backup.id));
  expect(await proofOf(backup, "archive")).toMatchObject({
    result: "failed",
    results: { checksum_validation: "passed", archive_integrity: "failed" },
  });
});
