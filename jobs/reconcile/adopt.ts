import path from "node:path";
import { eq } from "drizzle-orm";
import { byCoffer, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { log } from "@/db/log";
import { backups, jobs } from "@/db/schema";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import { described } from "@/jobs/export-backup/described";
import { exportOptions } from "@/jobs/export-backup/options";
import { typeOf } from "@/jobs/export-backup/type";
import { digestOf, type Round } from "@/jobs/reconcile/round";

type Maker = typeof jobs.$inferSelect;
type Found = { manifest: Manifest; storagePath: string; projectId: string; maker: Maker | undefined };

/**
 * Lists a whole file again whose row was lost, with its job if that was lost too. `home` is the project that its sidecar
 * names, if that exists here. Gives `strange` when it is not whole, or has no home, and null when it is listed, or may be
 * in a later round.
 */
export async function adopt(round: Round, storagePath: string, home: string | undefined): Promise<"strange" | null> {
  const manifest = parseManifest(await round.home.readSidecar(storagePath));
  // Gone meanwhile.
  if (!manifest) return null;
  if (manifest.file.name !== path.posix.basename(storagePath)) return "strange";
  const [maker] = await db.select().from(jobs).where(eq(jobs.id, manifest.job.id));
  const projectId = maker?.projectId ?? home;
  if (!projectId) return "strange";
  const isWhole = await checkWhole(round, storagePath, manifest.file);
  if (isWhole === null) return null;
  if (!isWhole) return "strange";
  const id = await db.transaction((tx) => list(tx, round, { manifest, storagePath, projectId, maker }));
  if (id) log.info({ backupId: id, file: storagePath }, "backup.adopted");
  return null;
}

/** Whether a file is what it should be, to its last byte. Null when there is no saying in this round. */
export async function checkWhole(
  round: Round,
  storagePath: string,
  { sizeBytes, sha256 }: Pick<Manifest["file"], "sizeBytes" | "sha256">,
) {
  const stored = await round.home.stat(storagePath);
  if (!stored) return null;
  if (stored.sizeBytes !== sizeBytes || sizeBytes === 0) return false;
  const version = `${storagePath} ${stored.modifiedAt.getTime()} ${sha256}`;
  if (round.notWhole.has(version)) return false;
  if (round.allowance.isSpent()) return null;
  round.allowance.spend(sizeBytes);
  if ((await digestOf(round, storagePath)).sha256 === sha256) return true;
  round.notWhole.add(version);
  return false;
}

/** Gives the id of the row, or null when another worker was first. */
async function list(tx: Tx, { home, homeId }: Round, found: Found): Promise<string | null> {
  const { manifest, storagePath, projectId, maker } = found;
  const options = exportOptions.safeParse(maker?.options).data;
  const madeAt = maker?.finishedAt ?? new Date(manifest.snapshotAt);
  if (!maker) await tx.insert(jobs).values(jobFrom(manifest, projectId)).onConflictDoNothing();
  const [row] = await tx
    .insert(backups)
    .values({
      ...described(manifest, storagePath),
      projectId,
      homeId,
      jobId: manifest.job.id,
      createdBy: maker?.userId,
      scheduleId: maker?.scheduleId,
      type: typeOf({ scheduleId: maker?.scheduleId ?? null }),
      createdAt: madeAt,
      durationMs: Math.max(0, madeAt.getTime() - (maker?.startedAt ?? madeAt).getTime()),
      description: options?.description,
      tags: options?.tags,
    })
    .onConflictDoNothing()
    .returning({ id: backups.id, filename: backups.filename });
  if (!row) return null;
  // Another worker may have listed it, and somebody deleted it, while it was read. From here on nobody can.
  if (!(await home.stat(storagePath))) return tx.rollback();
  // On another host somebody deletes the row alone, and ends the attempt.
  const [now] = await tx.select({ fence: jobs.fence }).from(jobs).where(eq(jobs.id, manifest.job.id)).for("share");
  if (now?.fence !== manifest.job.fence) return tx.rollback();
  await recordAudit(tx, byCoffer, {
    action: "backup.adopted",
    subject: { kind: "backup", id: row.id },
    projectId,
    details: { filename: row.filename, sha256: manifest.file.sha256, jobId: manifest.job.id },
  });
  return row.id;
}

/** The job as far as the manifest knows it. */
function jobFrom({ job, file, snapshotAt }: Manifest, projectId: string): typeof jobs.$inferInsert {
  const at = new Date(snapshotAt);
  const compression = file.compression === "none" ? { compress: false } : { compression: file.compression };
  return {
    id: job.id,
    kind: "export_backup",
    status: "completed",
    projectId,
    options: exportOptions.parse({ format: file.format, ...compression }),
    fence: job.fence,
    attempts: 1,
    currentStep: "Finished",
    progressPercentage: 100,
    createdAt: at,
    startedAt: at,
    finishedAt: at,
  };
}
