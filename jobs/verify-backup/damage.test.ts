import { copyFile, rm, stat, symlink, truncate } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, proofs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireKey } from "@/jobs/testing/encryption-key";
import { jobAtEnd } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { backupOf, claimAgain, flipBit, now, proofOf, verify, whole } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
});

describe("a verification", () => {
  givenWorker();

  it.each([
    ["was removed", (file: string) => rm(file), ["missing", "file_existence"]],
    [
      "was cut short",
      async (file: string) => truncate(file, (await stat(file)).size - 1),
      ["corrupt", "file_existence"],
    ],
    [
      "became a link",
      (file: string) =>
        copyFile(file, `${file}.x`)
          .then(() => rm(file))
          .then(() => symlink(`${file}.x`, file)),
      ["corrupt", "file_existence"],
    ],
    ["has one bit flipped", flipBit, ["corrupt", "checksum_validation"]],
  ] as const)("of a file that %s says so, and the backup is called that", async (_, damage, [status, check]) => {
    const backup = await backupOf(tenant, { format: "custom" });
    await proofOf(backup, "archive");
    await damage(fileOf(backup));
    const proof = await proofOf(backup, "restore");
    expect(proof).toMatchObject({ result: "failed", restored: null, results: { [check]: "failed" } });
    expect(proof.results.archive_integrity).toBe("skipped");
    expect(await now(backup)).toMatchObject({ status, verifiedAt: null, verifiedLevel: null });
  });

  it.each([
    ["custom", "gzip", "decompression_test"],
    ["custom", "zstd", "decompression_test"],
    ["custom", "none", "archive_integrity"],
    ["package", "gzip", "archive_integrity"],
    ["tar", "none", "archive_integrity"],
    ["sql", "none", "archive_integrity"],
  ] as const)(
    "of a cut %s with %s, whose sha256 was made to fit, finds it at %s",
    async (format, compression, check) => {
      const backup = await backupOf(tenant, { format, compression });
      await truncate(fileOf(backup), Math.floor(backup.sizeBytes / 2));
      await claimAgain(backup);
      const proof = await proofOf(backup, "restore");
      expect(proof).toMatchObject({
        result: "failed",
        restored: null,
        results: { checksum_validation: "passed", [check]: "failed" },
      });
      expect(await now(backup)).toMatchObject({ status: "corrupt" });
    },
  );

  describe("of an encrypted backup", () => {
    it("opens it with the key that the server keeps, retired or not", async () => {
      const key = await addKey({ keep: true });
      const backup = await backupOf(tenant, { format: "custom", encrypt: true });
      await retireKey(key);
      const proof = await proofOf(backup, "restore");
      expect(proof).toMatchObject({
        result: "passed",
        results: { ...whole, decryption_test: "passed", restore_test: "passed" },
      });
    });

    it("without its key says that the key is missing, and nothing about the file", async () => {
      const key = await addKey();
      const backup = await backupOf(tenant, { format: "custom", encrypt: true });
      await retireKey(key);
      const id = await verify(backup, "restore");
      expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "wrong_key", attempts: 1 });
      expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toEqual([]);
      expect(await now(backup)).toMatchObject({ status: "available" });
    });

    it("finds a changed bit by the encryption where the sha256 was made to fit", async () => {
      const key = await addKey({ keep: true });
      const backup = await backupOf(tenant, { format: "custom", encrypt: true });
      await retireKey(key);
      await flipBit(fileOf(backup));
      await claimAgain(backup);
      const proof = await proofOf(backup, "archive");
      expect(proof).toMatchObject({
        result: "failed",
        results: { checksum_validation: "passed", decryption_test: "failed" },
      });
    });
  });

  it("tells a dump that does not hold what its manifest says", async () => {
    const backup = await backupOf(tenant, { format: "custom" });
    const wrong = sql`jsonb_set(${backups.manifest}, '{tables,1,rows}', '99')`;
    await db.update(backups).set({ manifest: wrong }).where(eq(backups.id, backup.id));
    const proof = await proofOf(backup, "restore");
    expect(proof).toMatchObject({ result: "failed", results: { ...whole, restore_test: "failed" } });
    expect(proof.restored?.proof?.tables[1]).toMatchObject({
      verdict: "rows differ",
      expected: { rows: 99 },
      found: { rows: 100 },
    });
    expect(await now(backup)).toMatchObject({ status: "available", verifiedAt: null });
  });
});
