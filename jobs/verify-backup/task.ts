import { eq, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type BackupStatus, backups, type ProofCheck, proofs } from "@/db/schema";
import { bringHome } from "@/jobs/backup-copy/bring-home";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { keysOf } from "@/jobs/lifecycle/keys";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { requireTool } from "@/jobs/postgres/require-tool";
import { serverMajor } from "@/jobs/postgres/server-major";
import { cleanScratch } from "@/jobs/scratch/clean";
import { checkArchive } from "@/jobs/verify-backup/archive";
import { loadClaim } from "@/jobs/verify-backup/claim";
import { verifyOptions } from "@/jobs/verify-backup/options";
import type { Restored } from "@/jobs/verify-backup/proof";
import { restoreAndCompare } from "@/jobs/verify-backup/restore";

/** Looks whether a backup is whole, at level `restore` by restoring it, and keeps what it found. */
export const verifyBackup: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const { backupId, level } = verifyOptions.parse(job.options);
  context.step("check");
  await bringHome(context, backupId);
  const { claimed, manifest } = await loadClaim(backupId, await keysOf(job));
  const subject = await loadSubject(job.projectId);
  const pgRestore = await requireTool("pg_restore", Number(manifest.clientVersion));
  const total = claimed.sizeBytes + claimed.originalBytes * (level === "restore" ? 2 : 1);
  const onBytes = meter(context, total);
  context.step("read");
  const { checks, status } = await checkArchive(claimed, { pgRestore: pgRestore.path, signal, onBytes });
  signal.throwIfAborted();
  if (level === "archive" || status !== "available") return outcome({ context, backupId, level, checks, status });

  const major = Math.max(await serverMajor(subject.connection), Number(manifest.clientVersion));
  const tool = await requireTool(claimed.format === "sql" ? "psql" : "pg_restore", major);
  const { connection } = subject;
  const { step } = context;
  const restored = await restoreAndCompare({
    job,
    signal,
    claimed,
    manifest,
    connection,
    tool: tool.path,
    step,
    onBytes,
  });
  return outcome({ context, backupId, level, checks: [...checks, checkOf(restored)], status, restored });
}

/** Reading is nearly all of the work: what is left of the percent is for comparing. */
function meter({ report }: RunContext, total: number): (bytes: number) => void {
  let done = 0;
  return (bytes) => {
    done += bytes;
    report({ bytesDone: done, progressPercentage: Math.min(95, Math.round((950 * done) / Math.max(1, total)) / 10) });
  };
}

function checkOf({ proof, complaint, missing }: Restored): ProofCheck {
  const lacks = missing.map(({ name, reason }) => `${name} (${reason})`).join(", ");
  const because = lacks && ` It lacked what could not be made in the scratch database: ${lacks}.`;
  if (!proof) return { name: "restore_test", result: "failed", detail: `${complaint}${because}` };
  const count = (items: unknown[]) => items.length.toLocaleString("en");
  const all = [...proof.tables, ...proof.sequences];
  const wrong = all.filter(({ verdict }) => !/^(rows )?equal$/.test(verdict));
  const detail = proof.isProven
    ? `All ${count(proof.tables)} tables and ${count(proof.sequences)} sequences are as they were in the snapshot.`
    : `${count(wrong)} of ${count(all)} tables and sequences are not as they were in the snapshot.`;
  return { name: "restore_test", result: proof.isProven ? "passed" : "failed", detail };
}

type Outcome = {
  context: RunContext;
  backupId: string;
  level: "archive" | "restore";
  checks: ProofCheck[];
  status: BackupStatus;
  restored?: Restored;
};

/** What the transaction that completes the job writes. A file that is proven again after a restore keeps that level: its bytes are the same. */
function outcome({ context: { job }, backupId, level, checks, status, restored }: Outcome): (tx: Tx) => Promise<void> {
  const hasPassed = checks.every(({ result }) => result !== "failed");
  const keeps = sql`case when ${backups.verifiedLevel} = 'restore' then 'restore' else ${level} end::control_plane.proof_level`;
  const verified = hasPassed
    ? { verifiedAt: sql`now()`, verifiedLevel: keeps }
    : { verifiedAt: null, verifiedLevel: null };
  return async (tx) => {
    const [row] = await tx
      .update(backups)
      .set({ status, checkedAt: sql`now()`, ...verified })
      .where(eq(backups.id, backupId))
      .returning({ filename: backups.filename });
    // It was deleted meanwhile: there is nothing left to prove.
    if (!row) return;
    const result = hasPassed ? "passed" : "failed";
    await tx.insert(proofs).values({ backupId, jobId: job.id, level, result, checks, restored: restored ?? null });
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.verified",
      subject: { kind: "backup", id: backupId },
      projectId: job.projectId,
      details: { filename: row.filename, level, result },
    });
  };
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  if (verifyOptions.parse(job.options).level === "archive")
    return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
  const { connection } = await loadSubject(job.projectId);
  return cleanScratch(connection, job, upToFence);
}
