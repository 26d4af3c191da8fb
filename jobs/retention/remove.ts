import { and, eq, isNull } from "drizzle-orm";
import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backups } from "@/db/schema";
import { localDestination } from "@/jobs/destination/local";
import { jobsEnv } from "@/jobs/env";

/** Why a backup goes: somebody asked for it, or a policy did. */
export type Because = { action: "backup.deleted" | "backup.cleaned_up"; reasons?: string[] };

/**
 * Removes a backup: its row, its file and what is known of it. Gives its size in bytes, or null when it was not there any
 * more. What was pinned a moment ago stays when a policy wanted it gone.
 */
export async function removeBackup(
  tx: Tx,
  origin: Origin,
  { id, action, reasons }: Because & { id: string },
): Promise<number | null> {
  const unlessPinned = action === "backup.cleaned_up" ? isNull(backups.pinnedAt) : undefined;
  const [row] = await tx
    .delete(backups)
    .where(and(eq(backups.id, id), unlessPinned))
    .returning();
  if (!row) return null;
  await recordAudit(tx, origin, {
    action,
    subject: { kind: "backup", id },
    projectId: row.projectId,
    details: { filename: row.filename, sha256: row.sha256, sizeBytes: row.sizeBytes, reasons },
  });
  // Last: if this fails everything stays, and if we fail after it the backup misses its file and can be removed again.
  await localDestination(jobsEnv().BACKUP_DIR).remove(row.storagePath);
  return row.sizeBytes;
}
