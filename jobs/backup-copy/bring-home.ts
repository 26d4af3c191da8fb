import { and, eq, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { checked, isHome, storedCopies } from "@/jobs/backup-copy/bytes";
import { meter } from "@/jobs/backup-copy/meter";
import { type BackupRow, placedOf, watchedBytes } from "@/jobs/backup-copy/place";
import { hasStoredCopy } from "@/jobs/backup-copy/start";
import { noteSeen } from "@/jobs/backup-copy/tell-lost";
import { openDestination } from "@/jobs/destination/open";
import { jobsEnv } from "@/jobs/env";
import { homeFolder } from "@/jobs/home/folder";
import { isElsewhere } from "@/jobs/home/living";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed, failureOf } from "@/jobs/lifecycle/failure";

/**
 * Sees to it that the backup's file is in the backup folder, a good one if any destination has a copy of it: jobs that read one read it
 * there.
 * What this leaves when it fails, the sweep of unfinished files removes. A file of a backup that was moved away is removed
 * again by the reconciler, once no job reads it.
 */
export async function bringHome(context: RunContext, backupId: string): Promise<void> {
  const [found] = await db
    .select({ backup: backups, hasCopy: hasStoredCopy(backupId) })
    .from(backups)
    .where(eq(backups.id, backupId))
    // Whoever is just removing the file of one that was moved away is waited for.
    .for("share");
  if (!found) return;
  const { backup } = found;
  const isDamaged = backup.status === "corrupt" && found.hasCopy;
  if (!isDamaged && (await isHome(backup))) return;
  if (!found.hasCopy && (await isElsewhere(backup)))
    throw failed({
      code: "copy_missing",
      message: "The file of this backup is on another host, which is not at work now, and no destination has a copy.",
      hint: "Start its workers, then try again.",
    });
  if (!found.hasCopy) return;
  context.report({ currentStep: "Fetching the file from its destination" });
  await fetchGood(context, backup);
  if (backup.movedAt !== null || backup.status === "available") return;
  const homeId = await homeFolder(jobsEnv().BACKUP_DIR).id();
  await db
    .update(backups)
    .set({ status: "available", homeId, checkedAt: sql`now()` })
    .where(and(eq(backups.id, backupId), eq(backups.status, backup.status), isNull(backups.movedAt)));
}

/** From the first copy whose bytes are right. One that is found to be others is noted, so that nobody takes it again. */
async function fetchGood(context: RunContext, backup: BackupRow): Promise<void> {
  const copies = await storedCopies(backup.id, null);
  for (const [n, { copy, settings, destinationName }] of copies.entries()) {
    const bytes = openDestination(settings).get(placedOf(copy, backup), undefined, context.signal);
    const from = { destinationId: copy.destinationId, destinationName };
    try {
      return await fetchHome(context, backup, watchedBytes(from, bytes));
    } catch (error) {
      context.signal.throwIfAborted();
      const { code, message } = failureOf(error);
      if (code === "corrupt")
        await noteSeen({ copy, backup, destinationName }, { status: "corrupt", problem: message });
      const mayBeElsewhere = code === "corrupt" || code === "copy_missing" || /^destination_/.test(code);
      if (!mayBeElsewhere || n === copies.length - 1) throw error;
    }
  }
  throw failed({ code: "copy_missing", message: "The last copy of this backup was just found to be lost." });
}

/** Writes the bytes to the backup's own place in the backup folder, once all of them are known to be right. */
export async function fetchHome(context: RunContext, backup: BackupRow, bytes: AsyncIterable<Buffer>): Promise<void> {
  const { job, signal } = context;
  const home = homeFolder(jobsEnv().BACKUP_DIR);
  await using staged = await home.stage({ jobId: job.id, fence: job.fence });
  for await (const piece of checked(bytes, backup, meter(context, backup.sizeBytes))) {
    signal.throwIfAborted();
    // It is gathered there, and good here only until the next is asked for.
    await staged.write(Buffer.from(piece));
  }
  const [now] = await db.select({ status: backups.status }).from(backups).where(eq(backups.id, backup.id));
  // Another job was faster, and somebody reads its file.
  if ((now?.status === "available" || backup.status !== "corrupt") && (await isHome(backup))) return;
  // A sidecar whose file is gone would keep the name, and so does a file that is not good.
  await home.remove(backup.storagePath);
  const given = await staged.publish(backup.storagePath, () => JSON.stringify(backup.manifest, null, 2));
  // Another job was faster.
  if (given !== backup.storagePath) await home.remove(given);
}
