import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { type BackupStatus, backups } from "@/db/schema";
import { parseManifest } from "@/jobs/archive/manifest";
import { removeGivenUp } from "@/jobs/backup-copy/give-up-home";
import type { Listed, Stored } from "@/jobs/home/home";
import { areOthersSeen } from "@/jobs/home/living";
import { checkWhole } from "@/jobs/reconcile/adopt";
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
  const { home, homeId } = round;
  const areOthers = await areOthersSeen(homeId);
  const unlisted = new Map(listed);
  const due: BackupRow[] = [];
  for await (const rows of backupRows()) {
    await takeUnknown(homeId, rows, listed);
    for (const { isDue, isHomeSeen, isHomeAlive, ...row } of rows) {
      const before = listed.get(row.storagePath)?.stored ?? null;
      await forFile(row.storagePath, async () => {
        if (row.movedAt !== null) {
          unlisted.delete(row.storagePath);
          return before ? removeGivenUp(row) : undefined;
        }
        // What another host misses is for its own workers to tell. What is here under that name is judged like any other file.
        if (!(await isOurs(round, { row, before, isHomeSeen, isHomeAlive, areOthers }))) return;
        unlisted.delete(row.storagePath);
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

type Look = { row: BackupRow; before: Stored | null; isHomeSeen: boolean; isHomeAlive: boolean; areOthers: boolean };

/** Whether it is for this host to say how a backup's file is. */
async function isOurs(round: Round, { row, before, isHomeSeen, isHomeAlive, areOthers }: Look): Promise<boolean> {
  // Of one that nobody knows the place of, whoever has it, and not those that do not.
  if (row.homeId === null) return !areOthers || fits(row, before);
  if (row.homeId === round.homeId) return true;
  const isWanted = !isHomeAlive || row.status !== "available";
  return (isWanted && (await takeOver(round, row, before))) || !isHomeSeen;
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

/** Notes that a file is here, whole, since those that should have it are not at work, or have no good one. Gives whether it is. */
async function takeOver(round: Round, row: BackupRow, stored: Stored | null): Promise<boolean> {
  const { home, homeId } = round;
  if (homeId === null || !fits(row, stored)) return false;
  if (parseManifest(await home.readSidecar(row.storagePath))?.file.sha256 !== row.sha256) return false;
  if (!(await checkWhole(round, row.storagePath, row))) return false;
  const taken = await db
    .update(backups)
    .set({ homeId })
    .where(and(eq(backups.id, row.id), eq(backups.homeId, row.homeId ?? sql`null`), isNull(backups.movedAt)))
    .returning({ id: backups.id });
  return taken.length > 0;
}
