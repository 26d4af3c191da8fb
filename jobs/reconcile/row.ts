import { asc, gt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { isAlive, isSeen } from "@/jobs/home/living";

const batch = 1000;

/** How long ago its bytes must have been read to be read again. What is not good may be put back any time. */
const isDue = sql<boolean>`(${backups.checkedAt} is null or ${backups.checkedAt} < now() -
  case when ${backups.status} = 'available' then interval '1 day' else interval '1 hour' end)`;

const columns = {
  id: backups.id,
  projectId: backups.projectId,
  filename: backups.filename,
  storagePath: backups.storagePath,
  sizeBytes: backups.sizeBytes,
  sha256: backups.sha256,
  status: backups.status,
  checkedAt: backups.checkedAt,
  movedAt: backups.movedAt,
  homeId: backups.homeId,
  isDue,
  isHomeSeen: isSeen(backups.homeId),
  isHomeAlive: isAlive(backups.homeId),
};

/** All backups, a batch at a time. */
export async function* backupRows() {
  for (let last: string | undefined; ; ) {
    const rows = await db
      .select(columns)
      .from(backups)
      .where(last ? gt(backups.id, last) : undefined)
      .orderBy(asc(backups.id))
      .limit(batch);
    yield rows;
    last = rows.at(-1)?.id;
    if (rows.length < batch || !last) return;
  }
}

export type BackupRow = Pick<
  typeof backups.$inferSelect,
  Exclude<keyof typeof columns, "isDue" | "isHomeSeen" | "isHomeAlive">
>;
