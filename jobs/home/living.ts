import { type AnyColumn, eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups, workerInstances } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { readHomeId } from "@/jobs/home/id";

/** Whether a worker of that backup folder was seen in the last day. What waits for it, waits as long. */
export const isSeen = (homeId: AnyColumn) =>
  sql<boolean>`exists (select from ${workerInstances} where ${eq(workerInstances.homeId, homeId)}
    and ${workerInstances.heartbeatAt} > now() - interval '1 day')`;

/** Whether one is at work now. */
export const isAlive = (homeId: AnyColumn) =>
  sql<boolean>`exists (select from ${workerInstances} where ${eq(workerInstances.homeId, homeId)}
    and ${workerInstances.stoppedAt} is null and ${workerInstances.heartbeatAt} > now() - interval '1 minute')`;

/** Whether there are, or were, workers of backup folders other than this one. */
export const hasOthers = (homeId: string | null) =>
  sql<boolean>`exists (select from ${workerInstances} where ${workerInstances.homeId} <> ${homeId}::uuid
    or (${homeId}::uuid is null and ${workerInstances.homeId} is not null))`;

/** Whether workers were seen in the last day that may have another backup folder than this one. */
export async function areOthersSeen(homeId: string | null): Promise<boolean> {
  const [row] = await db.execute<{ found: boolean }>(sql`select exists (select from ${workerInstances}
    where ${workerInstances.homeId} is distinct from ${homeId}::uuid and ${workerInstances.heartbeatAt} > now() - interval '1 day') as found`);
  return row?.found ?? false;
}

/**
 * Whether a backup's file is to be in the folder of workers elsewhere, who were seen in the last day: whether it is missing there is for
 * them to say.
 */
export async function isElsewhere({
  id,
  homeId,
}: Pick<typeof backups.$inferSelect, "id" | "homeId">): Promise<boolean> {
  if (homeId === null || homeId === (await readHomeId(jobsEnv().BACKUP_DIR))) return false;
  const [row] = await db
    .select({ isSeen: isSeen(backups.homeId) })
    .from(backups)
    .where(eq(backups.id, id));
  return row?.isSeen ?? false;
}
