import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backups } from "@/db/schema";
import { bytesOf, checked } from "@/jobs/backup-copy/bytes";
import { beginDraft, type Found, findWhole, freeName, keepDraft, noteDraft } from "@/jobs/backup-copy/draft";
import { giveUpHome, removeGivenUp } from "@/jobs/backup-copy/give-up-home";
import { lockBackups } from "@/jobs/backup-copy/good";
import { meter } from "@/jobs/backup-copy/meter";
import { copyOptions } from "@/jobs/backup-copy/options";
import { loadPlacement, type Placement, watched } from "@/jobs/backup-copy/place";
import { putSidecar } from "@/jobs/backup-copy/sidecar";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { originOf } from "@/jobs/lifecycle/origin";

/** Copies a backup's file to a destination, and lists the copy in the transaction that completes the job. */
export const copyBackup: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal, step } = context;
  const { backupId, destinationId, move } = copyOptions.parse(job.options);
  step("check");
  const placement = await loadPlacement({ backupId, destinationId });
  const { backup } = placement;
  const kept = await watched(placement, async () => {
    // One that is made anew has a row from before.
    const isFirst = job.fence === 1 && placement.copy.createdAt >= job.createdAt;
    const whole = await findWhole(placement, { job, isFirst, signal });
    step("copy");
    const file = whole ?? (await put(context, placement));
    return { file, sidecar: await putSidecar(context, placement, file.placed) };
  });
  step("finish");
  return async (tx) => {
    // In the order of whoever gives up copies.
    if (move) await lockBackups(tx, eq(backups.id, backupId));
    await keepDraft(tx, placement, kept);
    const origin = await originOf(tx, job);
    await recordAudit(tx, origin, {
      action: "copy.stored",
      subject: { kind: "backup", id: backupId },
      projectId: backup.projectId,
      details: { filename: backup.filename, destination: placement.destinationName, name: kept.file.placed.name },
    });
    if (move && (await giveUpHome(tx, origin, backup))) context.afterwards(() => removeGivenUp(backup));
  };
}

async function put(context: RunContext, placement: Placement): Promise<Found> {
  const { job, signal } = context;
  const { backup, destinationId, destination } = placement;
  const { sizeBytes } = backup;
  const name = await freeName(placement);
  const draftId = await beginDraft(job, { destinationId, name });
  const bytes = checked(bytesOf(backup, destinationId, signal), backup);
  const placed = await destination.put(name, bytes, {
    signal,
    sizeBytes,
    onBytes: meter(context, sizeBytes),
    onPlaced: ({ locator }) => noteDraft(draftId, { locator }),
  });
  await noteDraft(draftId, placed);
  return { placed, toldBy: { draftId } };
}

/** Drafts of a job that is over are removed like orphans. */
async function clean() {
  return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
}
