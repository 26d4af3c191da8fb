import { eq, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backups } from "@/db/schema";
import { fetchHome } from "@/jobs/backup-copy/bring-home";
import { isHome } from "@/jobs/backup-copy/bytes";
import { placeOptions } from "@/jobs/backup-copy/options";
import { loadPlacement, placedOf, watchedBytes } from "@/jobs/backup-copy/place";
import { jobsEnv } from "@/jobs/env";
import { homeFolder } from "@/jobs/home/folder";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { originOf } from "@/jobs/lifecycle/origin";

/** Brings a backup's file back into the backup folder from a destination, where it stays. */
export const fetchBackup: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal, step } = context;
  step("check");
  const placement = await loadPlacement(placeOptions.parse(job.options));
  const { backup, copy, destination, destinationName } = placement;
  step("copy");
  if (backup.status === "corrupt" || !(await isHome(backup))) {
    const bytes = destination.get(placedOf(copy, backup), undefined, signal);
    await fetchHome(context, backup, watchedBytes(placement, bytes));
  }
  const homeId = await homeFolder(jobsEnv().BACKUP_DIR).id();
  step("finish");
  return async (tx) => {
    await tx
      .update(backups)
      .set({ status: "available", homeId, movedAt: null, checkedAt: sql`now()` })
      .where(eq(backups.id, backup.id));
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.fetched",
      subject: { kind: "backup", id: backup.id },
      projectId: backup.projectId,
      details: { filename: backup.filename, destination: destinationName },
    });
  };
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  await homeFolder(jobsEnv().BACKUP_DIR).discard({ jobId: job.id, fence: upToFence });
  return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
}
