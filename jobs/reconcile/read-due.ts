import { sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { markBackup, unchanged } from "@/jobs/reconcile/mark";
import { digestOf, forFile, type Round } from "@/jobs/reconcile/round";
import type { BackupRow } from "@/jobs/reconcile/row";

/** Reads what was not read for longest, as far as the allowance goes, and says what it found. */
export async function readDue(round: Round, due: BackupRow[]): Promise<void> {
  const time = ({ checkedAt }: BackupRow) => checkedAt?.getTime() ?? 0;
  for (const row of due.toSorted((a, b) => time(a) - time(b))) {
    round.signal.throwIfAborted();
    if (round.allowance.isSpent()) return;
    await forFile(row.storagePath, () => readRow(round, row));
  }
}

async function readRow(round: Round, row: BackupRow): Promise<void> {
  const checkedAt = await take(row);
  if (!checkedAt) return;
  round.allowance.spend(row.sizeBytes);
  const taken = { ...row, checkedAt };
  const found = await digestOf(round, row.storagePath).catch(async (error) => {
    await db.update(backups).set({ checkedAt: row.checkedAt }).where(unchanged(taken));
    throw error;
  });
  const isWhole = found.sha256 === row.sha256;
  if (isWhole && row.status !== "available")
    await markBackup(taken, { status: "available", because: "its file is there, byte for byte", checkedAt });
  if (!isWhole && row.status !== "corrupt")
    await markBackup(taken, { status: "corrupt", because: "its file holds other bytes than it did", checkedAt });
}

/** Of several workers one reads the file: whoever writes the time first. */
async function take(row: BackupRow): Promise<Date | null> {
  const [taken] = await db
    .update(backups)
    .set({ checkedAt: sql`now()` })
    .where(unchanged(row))
    .returning({ checkedAt: backups.checkedAt });
  return taken?.checkedAt ?? null;
}
