import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { expect } from "vitest";
import { db } from "@/db/client";
import { backups, workerInstances } from "@/db/schema";
import { homeFolder } from "@/jobs/home/folder";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { makeTenant, unique } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

/** Another host's backup folder. This process, and workers without it, are of the host of `testEnv.backupDir`. */
export const otherFolder = () => path.join(testEnv.folder, `host-${unique()}`);
export const roundAt = (folder: string) => reconciler(homeFolder(folder), 1e9)(new AbortController().signal);
export const fileAt = (folder: string, { storagePath }: Backup) => path.join(folder, storagePath);

/** A backup that workers with this folder have made, who are gone. */
export async function exported(folder: string): Promise<Backup> {
  const tenant = await makeTenant({ tables: 2 });
  await using _ = await startWorkerProcess({ BACKUP_DIR: folder });
  const id = await startExport(tenant);
  expect((await jobAtEnd(id)).errorMessage).toBeNull();
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  return backup;
}

/** All workers have been silent for so long. */
export const silentFor = (time: string) =>
  db.update(workerInstances).set({ heartbeatAt: sql`now() - ${time}::interval` });
export const homeOf = async ({ id }: Backup) => (await db.select().from(backups).where(eq(backups.id, id)))[0]?.homeId;
