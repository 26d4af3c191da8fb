import { db } from "@/db/client";
import type { BackupStatus } from "@/db/schema";
import { removeVisitor } from "@/jobs/backup-copy/give-up-home";
import type { Listed, Stored } from "@/jobs/home/home";
import { markBackup } from "@/jobs/reconcile/mark";
import { forFile, type Round } from "@/jobs/reconcile/round";
import { type BackupRow, backupRows } from "@/jobs/reconcile/row";

export type Compared = {
  /** Backups whose file has the right size, and whose bytes are to be read. */
  due: BackupRow[];
  /** What stands under names that are no backup's. */
  unlisted: Listed[];
};

/** Compares each backup with what was listed before. Whatever differs is looked at once more, for the list has aged. */
export async function compareRows({ home }: Round, listed: Map<string, Listed>): Promise<Compared> {
  const unlisted = new Map(listed);
  const due: BackupRow[] = [];
  for await (const rows of backupRows()) {
    for (const { isDue, ...row } of rows) {
      const before = listed.get(row.storagePath)?.stored ?? null;
      unlisted.delete(row.storagePath);
      await forFile(row.storagePath, async () => {
        if (row.movedAt !== null) return before ? db.transaction((tx) => removeVisitor(tx, row)) : undefined;
        const isKnown = !fits(row, before) && faultOf(row, before).status === row.status;
        if (isKnown) return;
        const stored = fits(row, before) ? before : await home.stat(row.storagePath);
        if (!fits(row, stored)) return markBackup(row, faultOf(row, stored));
        const isTouched = row.checkedAt !== null && stored.modifiedAt >= row.checkedAt;
        if (isDue || isTouched) due.push(row);
      });
    }
  }
  return { due, unlisted: [...unlisted.values()] };
}

const fits = (row: BackupRow, stored: Stored | null): stored is Stored => stored?.sizeBytes === row.sizeBytes;

function faultOf(row: BackupRow, stored: Stored | null): { status: BackupStatus; because: string } {
  if (!stored) return { status: "missing", because: "its file is gone" };
  if (stored.sizeBytes === null) return { status: "corrupt", because: "a link or a folder has taken its file's place" };
  return { status: "corrupt", because: `its file has ${stored.sizeBytes} bytes instead of ${row.sizeBytes}` };
}
