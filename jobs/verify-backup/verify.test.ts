import { createHash } from "node:crypto";
import { copyFile, open, readFile, rm, stat, symlink, truncate } from "node:fs/promises";
import { desc, eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, jobs, proofs } from "@/db/schema";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { reap } from "@/jobs/lifecycle/reap";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { addKey, retireKey } from "@/jobs/testing/encryption-key";
import { type Backup, backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { adminSql, makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker, startWorkerProcess } from "@/jobs/testing/worker-process";
import { restoredSchema } from "@/jobs/verify-backup/proof";
import { startVerification } from "@/jobs/verify-backup/start";

givenControlPlane();

let tenant: Tenant;
let torture: TortureTenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  torture = await tortureTenant();
});

async function backupOf(of: Tenant, options: object): Promise<Backup> {
  const id = await startExport(of, { fingerprint: true, ...options });
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return backup;
}

async function verify(backup: Backup, level: "archive" | "restore"): Promise<string> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  const { id } = await db.transaction((tx) => startVerification(tx, origin, { backup, level }));
  return id;
}

const now = async (backup: Backup) => (await db.select().from(backups).where(eq(backups.id, backup.id)))[0];
const scratches = async (jobId: string) =>
  (
    await adminSql()`select datname from pg_database where datname like ${`coffer_scratch_${jobId.replaceAll("-", "")}%`}`
  ).length;

async function proofOf(backup: Backup, level: "archive" | "restore") {
  const id = await verify(backup, level);
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", progressPercentage: 100 });
  const [proof] = await db.select().from(proofs).where(eq(proofs.jobId, id));
  if (!proof) throw new Error("no proof");
  expect(await scratches(id)).toBe(0);
  const results = Object.fromEntries(proof.checks.map(({ name, result }) => [name, result]));
  return { ...proof, results, restored: restoredSchema.nullable().parse(proof.restored) };
}

const whole = { file_existence: "passed", checksum_validation: "passed", archive_integrity: "passed" };
const formats = ["custom", "sql", "tar"] as const;
const compressions = ["gzip", "zstd", "none"] as const;

describe("a verification", () => {
  givenWorker();

  describe.each(formats)("of a backup as %s", (format) => {
    it.each(compressions)("with compression %s proves it by a restore", async (compression) => {
      const backup = await backupOf(torture, { format, compression });
      const proof = await proofOf(backup, "restore");
      expect(proof).toMatchObject({
        result: "passed",
        results: {
          ...whole,
          decryption_test: "skipped",
          decompression_test: compression === "none" ? "skipped" : "passed",
          restore_test: "passed",
        },
        restored: { complaint: null, missing: [], proof: { isProven: true } },
      });
      expect(proof.restored?.proof?.tables).toHaveLength(backup.tableCount);
      expect(await now(backup)).toMatchObject({ status: "available", verifiedLevel: "restore" });
    });
  });

  it.each(["archive", "restore"] as const)("at level %s follows an export that asks for it", async (level) => {
    const backup = await backupOf(tenant, { format: "custom", fingerprint: false, verify: level });
    const proof = await waitFor(
      async () => (await db.select().from(proofs).where(eq(proofs.backupId, backup.id)))[0] ?? null,
      { what: "the proof" },
    );
    expect(proof).toMatchObject({ level, result: "passed" });
    const restored = restoredSchema.nullable().parse(proof.restored);
    const verdicts = restored?.proof?.tables.map(({ verdict }) => verdict) ?? null;
    expect(verdicts).toEqual(level === "restore" ? ["equal", "equal", "equal"] : null);
    expect(await now(backup)).toMatchObject({ verifiedLevel: level });
  });

  it("at level archive leaves the server alone, and takes no proof by restore away", async () => {
    const backup = await backupOf(tenant, { format: "custom" });
    expect(await proofOf(backup, "archive")).toMatchObject({ result: "passed", restored: null, results: whole });
    expect(await now(backup)).toMatchObject({ verifiedLevel: "archive" });
    await proofOf(backup, "restore");
    await proofOf(backup, "archive");
    expect(await now(backup)).toMatchObject({ verifiedLevel: "restore", verifiedAt: expect.any(Date) });
    const [event] = await db
      .select()
      .from(auditEvents)
      .where(sql`${auditEvents.subjectId} = ${backup.id}`)
      .orderBy(desc(auditEvents.id));
    expect(event).toMatchObject({ action: "backup.verified", details: { level: "archive", result: "passed" } });
  });

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

  it("says what the scratch database lacked when the backup leans on something that is gone", async () => {
    const leaning = await tortureTenant();
    const backup = await backupOf(leaning, { format: "custom" });
    await leaning.sql.unsafe(`drop schema ${leaning.shared} cascade`);
    const proof = await proofOf(backup, "restore");
    expect(proof.results.restore_test).toBe("failed");
    expect(proof.checks.at(-1)?.detail).toContain(leaning.shared);
  });
});

describe("a verification that is not let finish", () => {
  it("and is cancelled leaves no scratch database, and no proof", async () => {
    await using _ = await startWorkerProcess();
    const backup = await backupOf(await registerTenant(await makeSchema({ firstRows: 200_000, rowBytes: 600 })), {
      format: "custom",
      compression: "none",
    });
    const id = await verify(backup, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    await db.transaction((tx) => requestCancel(tx, id, tester.id));
    expect(await jobAtEnd(id)).toMatchObject({ status: "cancelled" });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toEqual([]);
  });

  it("and is killed is done by the next worker, without the scratch database of the first", async () => {
    const big = await registerTenant(await makeSchema({ firstRows: 200_000, rowBytes: 600 }));
    const first = await startWorkerProcess();
    const backup = await backupOf(big, { format: "custom", compression: "none" });
    const id = await verify(backup, "restore");
    await waitFor(() => scratches(id), { what: "the scratch database" });
    first.signal("SIGKILL");
    await first.exited;
    await db.update(jobs).set({ leaseExpiresAt: sql`now() - interval '1 second'` }).where(eq(jobs.id, id));
    await reap();
    await using _ = await startWorkerProcess();
    expect(await jobWhen(id, (job) => job.finishedAt, 120)).toMatchObject({ status: "completed", fence: 2 });
    expect(await scratches(id)).toBe(0);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toMatchObject([{ result: "passed" }]);
  });

  it("for want of the right to make databases says how to get it", async () => {
    await using _ = await startWorkerProcess();
    const backup = await backupOf(tenant, { format: "custom" });
    const { user } = tenant.connection;
    await adminSql().unsafe(`alter role ${user} nocreatedb`);
    try {
      const id = await verify(backup, "restore");
      expect(await jobAtEnd(id)).toMatchObject({
        status: "failed",
        errorCode: "permission_denied",
        failure: { hint: expect.stringContaining("createdb") },
      });
    } finally {
      await adminSql().unsafe(`alter role ${user} createdb`);
    }
  });
});

/** Makes the row say of the file what it has become. */
async function claimAgain(backup: Backup) {
  const bytes = await readFile(fileOf(backup));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await db.update(backups).set({ sha256, sizeBytes: bytes.length }).where(eq(backups.id, backup.id));
}

async function flipBit(file: string) {
  const at = Math.floor((await stat(file)).size / 2);
  const bytes = await readFile(file);
  const handle = await open(file, "r+");
  await handle.write(Buffer.from([(bytes[at] ?? 0) ^ 1]), 0, 1, at);
  await handle.close();
}
