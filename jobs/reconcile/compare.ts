import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { type BackupStatus, backups } from "@/db/schema";
import { parseManifest } from "@/jobs/archive/manifest";
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
export async function compareRows(round: Round, listed: Map<string, Listed>): Promise<Compared> {
  const { home } = round;
  const homeId = await home.id();
  const unlisted = new Map(listed);
  const due: BackupRow[] = [];
  for await (const rows of backupRows()) {
    await takeUnknown(homeId, rows, listed);
    for (const { isDue, isHomeSeen, isHomeAlive, ...row } of rows) {
      const before = listed.get(row.storagePath)?.stored ?? null;
      const isOthers = homeId !== null && row.homeId !== null && row.homeId !== homeId;
      let isTaken = false;
      if (isOthers && !isHomeAlive)
        await forFile(row.storagePath, async () => {
          isTaken = await takeOver(round, row, before);
        });
      // What another host misses is for its own workers to tell. What is here under that name is judged like any other file.
      if (isOthers && isHomeSeen && !isTaken) continue;
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

/** Of files that nobody knew the place of, notes that these are here. */
async function takeUnknown(homeId: string | null, rows: BackupRow[], listed: Map<string, Listed>): Promise<void> {
  const isHere = (row: BackupRow) => fits(row, listed.get(row.storagePath)?.stored ?? null);
  const ids = rows.filter((row) => row.homeId === null && row.movedAt === null && isHere(row)).map(({ id }) => id);
  if (homeId === null || ids.length === 0) return;
  await db
    .update(backups)
    .set({ homeId })
    .where(and(inArray(backups.id, ids), isNull(backups.homeId)));
}

/** Notes that a file is here, since those that should have it are not at work. Gives whether it is. */
async function takeOver({ home }: Round, row: BackupRow, stored: Stored | null): Promise<boolean> {
  if (row.movedAt !== null || !fits(row, stored)) return false;
  if (parseManifest(await home.readSidecar(row.storagePath))?.file.sha256 !== row.sha256) return false;
  const taken = await db
    .update(backups)
    .set({ homeId: await home.id() })
    .where(and(eq(backups.id, row.id), eq(backups.homeId, row.homeId ?? sql`null`)))
    .returning({ id: backups.id });
  return taken.length > 0;
}
