import { randomUUID } from "node:crypto";
import os from "node:os";
import { eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { workerInstances } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import { homeIdOf } from "@/jobs/home/id";

/** What others know of this worker. */
export type Self = { id: string; host: string; pid: number; concurrency: number; homeId: string | null };

/** A worker that begins, with the backup folder as it is now. */
export async function newInstance(): Promise<Self> {
  const { WORKER_CONCURRENCY: concurrency, BACKUP_DIR } = jobsEnv();
  return { id: randomUUID(), host: os.hostname(), pid: process.pid, concurrency, homeId: await homeIdOf(BACKUP_DIR) };
}

/** Says that it is at work; anew too, when others have forgotten it meanwhile. */
export async function beat(self: Self) {
  const heartbeatAt = sql`now()`;
  await db
    .insert(workerInstances)
    .values({ ...self, heartbeatAt })
    .onConflictDoUpdate({ target: workerInstances.id, set: { heartbeatAt, homeId: self.homeId } });
}

/** Says that it has ended. */
export const endInstance = ({ id }: Self) =>
  db.update(workerInstances).set({ stoppedAt: sql`now()` }).where(eq(workerInstances.id, id));

/** Whether the backup folder has become another one, as when its disk is mounted late, or goes. That of before counts as just seen. */
export async function hasNewHome(self: Self): Promise<boolean> {
  const homeId = await homeIdOf(jobsEnv().BACKUP_DIR);
  if (homeId === null || homeId === self.homeId) return false;
  log.warn({ homeId, before: self.homeId }, "the backup folder has become another one");
  await db.transaction(async (tx) => {
    const stoppedAt = sql`now()`;
    if (self.homeId !== null) await tx.insert(workerInstances).values({ ...self, id: randomUUID(), stoppedAt });
    await tx.update(workerInstances).set({ homeId }).where(eq(workerInstances.id, self.id));
  });
  self.homeId = homeId;
  return true;
}
