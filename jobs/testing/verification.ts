import { createHash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { db } from "@/db/client";
import { backups, type ProofLevel, proofs, type SuppliedKeys } from "@/db/schema";
import { tester } from "@/jobs/testing/control-plane";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { adminSql, type Tenant } from "@/jobs/testing/tenant";
import { restoredSchema } from "@/jobs/verify-backup/proof";
import { startVerification } from "@/jobs/verify-backup/start";

/** A new backup, with fingerprints. */
export async function backupOf(of: Tenant, options: object): Promise<Backup> {
  const id = await startExport(of, { fingerprint: true, ...options });
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return backup;
}

/** Starts a verification as the web process does. Gives the id of the job. */
export async function verify(backup: Backup, level: ProofLevel, keys?: SuppliedKeys): Promise<string> {
  const origin = { actor: tester, address: null, requestId: "request-of-a-test" };
  const { id } = await db.transaction((tx) => startVerification(tx, origin, { backup, level, keys }));
  return id;
}

/** The backup's row as it is now. */
export const now = async (backup: Backup) => (await db.select().from(backups).where(eq(backups.id, backup.id)))[0];

/** How many scratch databases of this job there are. */
export const scratches = async (jobId: string) =>
  (
    await adminSql()`select datname from pg_database where datname like ${`coffer_scratch_${jobId.replaceAll("-", "")}%`}`
  ).length;

/** What a verification that came to its end has found. */
export async function proofOf(backup: Backup, level: ProofLevel, keys?: SuppliedKeys) {
  const id = await verify(backup, level, keys);
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, progressPercentage: 100 });
  const [proof] = await db.select().from(proofs).where(eq(proofs.jobId, id));
  if (!proof) throw new Error("no proof");
  expect(await scratches(id)).toBe(0);
  const results = Object.fromEntries(proof.checks.map(({ name, result }) => [name, result]));
  return { ...proof, results, restored: restoredSchema.nullable().parse(proof.restored) };
}

/** The checks that every whole file passes. */
export const whole = { file_existence: "passed", checksum_validation: "passed", archive_integrity: "passed" };

/** Makes the row say of the file what it has become. */
export async function claimAgain(backup: Backup) {
  const bytes = await readFile(fileOf(backup));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await db.update(backups).set({ sha256, sizeBytes: bytes.length }).where(eq(backups.id, backup.id));
}

export async function flipBit(file: string) {
  const at = Math.floor((await stat(file)).size / 2);
  const bytes = await readFile(file);
  const handle = await open(file, "r+");
  await handle.write(Buffer.from([(bytes[at] ?? 0) ^ 1]), 0, 1, at);
  await handle.close();
}
