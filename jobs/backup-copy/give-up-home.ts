import { and, eq, isNull, sql } from "drizzle-orm";
import { type Origin, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { backups, jobs } from "@/db/schema";
import { lockBackups } from "@/jobs/backup-copy/good";
import type { BackupRow } from "@/jobs/backup-copy/place";
import { hasStoredCopy } from "@/jobs/backup-copy/start";
import { jobsEnv } from "@/jobs/env";
import { homeFolder } from "@/jobs/home/folder";

/** A job that is not over reads this backup and moves none of its copies. */
const isReadByOther = sql`exists (select from ${jobs} where ${jobs.finishedAt} is null
  and ${backups.id}::text in (${jobs.options} ->> 'backupId', ${jobs.options} ->> 'otherId') and ${jobs.kind}::text <> 'copy_backup')`;

/**
 * Notes that a copy of the backup stored elsewhere is all that is wanted of it. Gives false when none is stored, or a job reads the file
 * in the backup folder now. After the transaction `removeGivenUp` removes that: before, the copy could still be taken back.
 */
export async function giveUpHome(tx: Tx, origin: Origin, backup: BackupRow): Promise<boolean> {
  await lockBackups(tx, eq(backups.id, backup.id));
  const [row] = await tx
    .update(backups)
    .set({ movedAt: sql`now()`, status: "available" })
    .where(and(eq(backups.id, backup.id), isNull(backups.movedAt), hasStoredCopy(backup.id), sql`not ${isReadByOther}`))
    .returning({ id: backups.id });
  if (!row) return false;
  await recordAudit(tx, origin, {
    action: "backup.moved",
    subject: { kind: "backup", id: backup.id },
    projectId: backup.projectId,
    details: { filename: backup.filename },
  });
  return true;
}

/**
 * Removes the file of a backup that was moved away: it has just been, or a job has fetched it. One that a job reads stays. Its sidecar
 * stays too, so that no other backup of the same second gets the name. Who is killed before leaves it to the reconciler.
 */
export const removeGivenUp = ({ id, storagePath }: Pick<BackupRow, "id" | "storagePath">): Promise<void> =>
  db.transaction(async (tx) => {
    const [row] = await tx
      .update(backups)
      .set({ movedAt: sql`${backups.movedAt}` })
      .where(and(eq(backups.id, id), sql`${backups.movedAt} is not null`, sql`not ${isReadByOther}`))
      .returning({ id: backups.id });
    if (row) await homeFolder(jobsEnv().BACKUP_DIR).giveUp(storagePath);
  });
