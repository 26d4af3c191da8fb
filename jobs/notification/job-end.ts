import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { backups, destinations, jobs, proofs } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import { copyOptions } from "@/jobs/backup-copy/options";
import { exportOptions } from "@/jobs/export-backup/options";
import { fallsOf } from "@/jobs/fall/falls";
import { announce } from "@/jobs/notification/announce";
import { enqueue } from "@/jobs/notification/enqueue";
import type { Facts } from "@/jobs/notification/event";
import { verifyOptions } from "@/jobs/verify-backup/options";

type Job = typeof jobs.$inferSelect;

/**
 * Tells of the end of a job, in the transaction that ends it, whoever does that. An end that somebody has asked for is no news.
 * `job`: as it was claimed or just written; its row is read again.
 */
export async function announceEnd(tx: Tx, { id, kind }: Pick<Job, "id" | "kind">): Promise<void> {
  if (kind !== "export_backup" && kind !== "verify_backup" && kind !== "copy_backup") return;
  const [job] = await tx.select().from(jobs).where(eq(jobs.id, id));
  if (!job || (job.status !== "completed" && job.status !== "failed")) return;
  if (kind === "verify_backup") return announceProof(tx, job);
  if (kind === "copy_backup") return announceCopy(tx, job);
  if (job.status === "completed") await announceBackup(tx, job);
  else await announceFailure(tx, job);
}

async function announceBackup(tx: Tx, job: Job) {
  const [backup] = await tx.select().from(backups).where(eq(backups.jobId, job.id));
  if (!backup) return;
  const { id: backupId, projectId, filename, sizeBytes, encrypted } = backup;
  const about = { backupId, filename };
  const size = { rows: backup.rowCount, tables: backup.tableCount };
  const facts = { ...about, ...size, sizeBytes, encrypted, seconds: backup.durationMs / 1000 };
  await announce(tx, { event: "backup_completed", projectId, once: backupId, facts });
  const fall = (await fallsOf([backupId], undefined, tx)).get(backupId);
  if (fall) await announce(tx, { event: "backup_shrunk", projectId, once: backupId, facts: { ...about, ...fall } });
  await mailTo(tx, job, { about: "backup_completed", facts });
}

async function announceFailure(tx: Tx, job: Job) {
  const { id: jobId, projectId, attempts, requestId } = job;
  const facts = { jobId, message: causeOf(job), hint: job.failure?.hint ?? null, attempts, requestId };
  await announce(tx, { event: "backup_failed", projectId, once: jobId, facts });
  await mailTo(tx, job, { about: "backup_failed", facts });
}

const causeOf = ({ errorMessage }: Job) => errorMessage ?? "Nobody knows why.";

type Told = { [E in "backup_completed" | "backup_failed"]: { about: E; facts: Facts[E] } }[
  | "backup_completed"
  | "backup_failed"];

/** Whoever the export was started for. */
async function mailTo(tx: Tx, { id, projectId, options }: Job, told: Told) {
  const to = exportOptions.safeParse(options).data?.notifyEmail;
  if (!to) return;
  await enqueue(tx, [{ direct: { kind: "email", to: [to] }, ...told, projectId, onceKey: `mail:${id}` }]);
}

/** A proof that has failed, or could not be made: either way nobody knows that the backup is good. */
async function announceProof(tx: Tx, job: Job) {
  // Never in the way of an end, whatever a job's options have become.
  const backupId = verifyOptions.safeParse(job.options).data?.backupId;
  if (!backupId) return;
  const [backup] = await tx.select({ filename: backups.filename }).from(backups).where(eq(backups.id, backupId));
  if (!backup) return;
  const reasons = job.status === "failed" ? [causeOf(job)] : await complaintsOf(tx, job.id);
  if (reasons.length === 0) return;
  const facts = { backupId, ...backup, reasons, jobId: job.status === "failed" ? job.id : null };
  await announce(tx, { event: "proof_failed", projectId: job.projectId, once: job.id, facts });
}

/** A copy that was given up; once, however often it is made anew by itself. */
async function announceCopy(tx: Tx, job: Job) {
  const place = copyOptions.safeParse(job.options).data;
  if (job.status !== "failed" || !place || place.isAgain) return;
  const { backupId, destinationId } = place;
  const [about] = await tx
    .select({ filename: backups.filename, destination: destinations.name, isGood: isGood(backups) })
    .from(backups)
    .innerJoin(destinations, eq(destinations.id, destinationId))
    .where(eq(backups.id, backupId));
  if (!about) return;
  const facts = { backupId, ...about, message: causeOf(job) };
  await announce(tx, { event: "copy_failed", projectId: job.projectId, once: job.id, facts });
}

async function complaintsOf(tx: Tx, jobId: string): Promise<string[]> {
  const [proof] = await tx.select().from(proofs).where(eq(proofs.jobId, jobId));
  if (proof?.result !== "failed") return [];
  return proof.checks.filter(({ result }) => result === "failed").map(({ detail }) => detail);
}
