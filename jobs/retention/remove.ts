import { and, eq, isNotNull, not, type SQL, sql } from "drizzle-orm";
import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backups, jobs } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { homeFolder } from "@/jobs/home/folder";
import { readHomeId } from "@/jobs/home/id";
import { hasOthers } from "@/jobs/home/living";

/** Why a backup goes: somebody asked for it, or a policy did. */
export type Because = {
  action: "backup.deleted" | "backup.cleaned_up";
  reasons?: string[] /** The name of the one whose policy it was. */;
  schedule?: string;
};

type Removal = Because & {
  id: string;
  /** What keeps the backup after all. It is asked as the row goes, so nothing can come in between. */
  unless?: SQL;
};

/**
 * Removes a backup: its row, its file and what is known of it. Gives its size in bytes, or null when it was not there any
 * more, or is to stay.
 */
export async function removeBackup(
  tx: Tx,
  origin: Origin,
  { id, unless, action, reasons, schedule }: Removal,
): Promise<number | null> {
  const [row] = await tx
    .delete(backups)
    .where(and(eq(backups.id, id), unless && not(unless)))
    .returning();
  if (!row) return null;
  await recordAudit(tx, origin, {
    action,
    subject: { kind: "backup", id },
    projectId: row.projectId,
    details: { filename: row.filename, sha256: row.sha256, sizeBytes: row.sizeBytes, reasons, schedule },
  });
  const { BACKUP_DIR } = jobsEnv();
  // What a policy removes because its file is missing may come back: with its disk, or with its host.
  if (action === "backup.deleted" || row.status !== "missing") await endAttempt(tx, row, await readHomeId(BACKUP_DIR));
  // Last: if this fails everything stays, and if we fail after it the backup misses its file and can be removed again.
  await homeFolder(BACKUP_DIR).remove(row.storagePath);
  return row.sizeBytes;
}

/**
 * The file, or one like it, may be in the backup folder of another host. Its reconciler takes it back when it finds it without a row, unless the
 * attempt that made it is over: then it removes it.
 */
async function endAttempt(tx: Tx, { jobId, homeId }: typeof backups.$inferSelect, here: string | null): Promise<void> {
  const isElsewhere = homeId === null || homeId === here ? hasOthers(here) : undefined;
  await tx
    .update(jobs)
    .set({ fence: sql`${jobs.fence} + 1` })
    .where(and(eq(jobs.id, jobId), isNotNull(jobs.finishedAt), isElsewhere));
}
