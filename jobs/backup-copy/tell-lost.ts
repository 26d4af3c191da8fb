import { and, eq, sql } from "drizzle-orm";
import { byCoffer, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { backupCopies, backups, type CopyStatus } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import type { BackupRow, CopyRow } from "@/jobs/backup-copy/place";
import { announce } from "@/jobs/notification/announce";

/** What a row notes beside that status. */
export const missingSince = (status: CopyStatus) => (status === "missing" ? sql`coalesce(missing_since, now())` : null);

type Seen = { status: CopyStatus; problem: string | null };

/** Notes that a copy was seen to be otherwise than its row says, and tells of one that is lost. Nothing of one that has changed meanwhile. */
export function noteSeen(about: Omit<Lost, "problem">, { status, problem }: Seen): Promise<void> {
  const { copy, backup, destinationName } = about;
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(backupCopies)
      .set({ status, problem, missingSince: missingSince(status) })
      .where(and(eq(backupCopies.id, copy.id), eq(backupCopies.status, copy.status)))
      .returning({ id: backupCopies.id });
    if (!row) return;
    await recordAudit(tx, byCoffer, {
      action: status === "stored" ? "copy.found" : `copy.${status}`,
      subject: { kind: "backup", id: backup.id },
      projectId: backup.projectId,
      details: { filename: backup.filename, destination: destinationName, because: problem ?? "It is there again." },
    });
    if (problem !== null) await tellLost(tx, { ...about, problem });
  });
}

type Lost = { copy: CopyRow; backup: BackupRow; destinationName: string; problem: string };

/** Tells of a copy that was stored and is missing or damaged now, in the transaction that says so: once, as it was last seen. */
export async function tellLost(tx: Tx, { copy, backup, destinationName, problem }: Lost): Promise<void> {
  const { id: backupId, filename, projectId } = backup;
  const [left] = await tx
    .select({ isGood: isGood(backups) })
    .from(backups)
    .where(eq(backups.id, backupId));
  const facts = {
    ...{ backupId, filename, isGood: left?.isGood ?? false },
    ...{ destination: destinationName, message: problem },
  };
  const once = `${copy.id}:${copy.checkedAt?.toISOString()}`;
  await announce(tx, { event: "copy_failed", projectId, once, facts });
}
