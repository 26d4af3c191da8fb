import { eq } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { backups } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import type { BackupRow, CopyRow } from "@/jobs/backup-copy/place";
import { announce } from "@/jobs/notification/announce";

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
