import { and, eq, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { bytesOf, checked } from "@/jobs/backup-copy/bytes";
import { giveUpHome } from "@/jobs/backup-copy/give-up-home";
import { freeName, giveUpLeft, noteLeft, takeUp } from "@/jobs/backup-copy/left-behind";
import { meter } from "@/jobs/backup-copy/meter";
import { copyOptions } from "@/jobs/backup-copy/options";
import { loadPlacement, type Placement, watched } from "@/jobs/backup-copy/place";
import type { Placed } from "@/jobs/destination/destination";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { originOf } from "@/jobs/lifecycle/origin";

/** Copies a backup's file to a destination, and lists the copy in the transaction that completes the job. */
export const copyBackup: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, step } = context;
  const { backupId, destinationId, move } = copyOptions.parse(job.options);
  step("check");
  const placement = await loadPlacement({ backupId, destinationId });
  const { backup, copy } = placement;
  const placed = await watched(placement, async () => {
    const left = await takeUp(context, placement);
    step("copy");
    return left ?? (await put(context, placement));
  });
  step("finish");
  return async (tx) => {
    const [row] = await tx
      .update(backupCopies)
      .set({ ...placed, status: "stored", problem: null, storedAt: sql`now()`, checkedAt: sql`now()` })
      .where(and(eq(backupCopies.id, copy.id), eq(backupCopies.backupId, backupId)))
      .returning({ id: backupCopies.id });
    if (!row) throw "lost";
    const origin = await originOf(tx, job);
    await recordAudit(tx, origin, {
      action: "copy.stored",
      subject: { kind: "backup", id: backupId },
      projectId: backup.projectId,
      details: { filename: backup.filename, destination: placement.destinationName, name: placed.name },
    });
    if (move) await giveUpHome(tx, origin, backup);
  };
}

async function put(context: RunContext, { backup, destinationId, destination, copy }: Placement): Promise<Placed> {
  const { job, signal } = context;
  const bytes = checked(bytesOf(backup, destinationId, signal), backup);
  const onBytes = meter(context, backup.sizeBytes);
  const onPlaced = ({ locator }: Placed) => noteLeft(job, copy, { locator });
  const { sizeBytes } = backup;
  const name = await freeName(backup.storagePath, destinationId);
  const placed = await destination.put(name, bytes, { signal, sizeBytes, onBytes, onPlaced });
  // From here on it can be found by whoever goes on, or gives it up.
  await noteLeft(job, copy, placed);
  return placed;
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  // An attempt that begins takes up by itself what the ones before it have left.
  if (job.status === "cancelling" || upToFence === job.fence) await giveUpLeft(job);
  return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
}
