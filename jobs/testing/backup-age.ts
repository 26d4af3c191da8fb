import { utimes } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import type { Backup } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";

/** Lets a backup look as if its bytes were last read, and written, so many hours ago. */
export async function age(backup: Backup, hours: number): Promise<void> {
  const time = new Date(Date.now() - hours * 3_600_000);
  await utimes(fileOf(backup), time, time).catch(() => {});
  await db.update(backups).set({ checkedAt: time }).where(eq(backups.id, backup.id));
}

/** How long ago the bytes of a backup were last read. */
export async function checkedSecondsAgo({ id }: Backup): Promise<number> {
  const [row] = await db
    .select({ seconds: sql<number>`extract(epoch from now() - ${backups.checkedAt})::float8` })
    .from(backups)
    .where(eq(backups.id, id));
  return row?.seconds ?? Number.NaN;
}
