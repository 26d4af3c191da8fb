import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { backupCopies, jobs } from "@/db/schema";
import { bytesOf, checked, drain } from "@/jobs/backup-copy/bytes";
import { giveUpHome } from "@/jobs/backup-copy/give-up-home";
import { meter } from "@/jobs/backup-copy/meter";
import { copyOptions } from "@/jobs/backup-copy/options";
import { loadPlacement, type Placement, placedOf, watched } from "@/jobs/backup-copy/place";
import type { Placed } from "@/jobs/destination/destination";
import { numbered } from "@/jobs/home/write";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failureOf } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";

/** Copies a backup's file to a destination, and lists the copy in the transaction that completes the job. */
export const copyBackup: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal, step } = context;
  const { backupId, destinationId, move } = copyOptions.parse(job.options);
  step("check");
  const placement = await loadPlacement({ backupId, destinationId });
  const { backup, copy } = placement;
  const placed = await watched(placement, async () => {
    // What is missing parts, or is not whole, is of no use to anybody: of an earlier copy, or of an earlier attempt.
    if (copy.sizeBytes !== null || copy.locator !== null)
      await placement.destination.remove(placedOf(copy, backup), signal);
    // What an earlier attempt has put there, and nobody has listed.
    const earlier = job.fence > 1 ? await sameThere(placement, signal) : null;
    step("copy");
    return earlier ?? (await put(context, placement));
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

async function put(context: RunContext, { backup, copy, destinationId, destination }: Placement): Promise<Placed> {
  const { job, signal } = context;
  const bytes = checked(bytesOf(backup, destinationId, signal), backup);
  const onBytes = meter(context, backup.sizeBytes);
  // An attempt that hung, and that another one has taken over from, writes nothing any more.
  const isStillOurs = sql`exists (select from ${jobs} where ${jobs.id} = ${job.id} and ${jobs.fence} = ${job.fence} and ${isNull(jobs.finishedAt)})`;
  const keep = async ({ locator }: Partial<Placed>) => {
    const row = await db
      .update(backupCopies)
      .set({ locator })
      .where(and(eq(backupCopies.id, copy.id), isStillOurs))
      .returning({ id: backupCopies.id });
    if (row.length === 0) throw "lost";
  };
  const onPlaced = (sofar: Placed) => keep(sofar);
  await keep({ locator: null });
  return destination.put(backup.storagePath, bytes, { signal, sizeBytes: backup.sizeBytes, onBytes, onPlaced });
}

/** A file of just these bytes under the name that it was to get, or under one of those that come after it. */
async function sameThere({ backup, destination }: Placement, signal: AbortSignal): Promise<Placed | null> {
  // Where nothing is found by its name.
  if (destination.list() === null) return null;
  for (let n = 1; ; n++) {
    const placed = { name: numbered(backup.storagePath, n), sizeBytes: backup.sizeBytes, locator: null };
    const size = await destination.size(placed);
    if (size === null) return null;
    if (size !== backup.sizeBytes) continue;
    try {
      await drain(checked(destination.get(placed, undefined, signal), backup));
      return placed;
    } catch (error) {
      if (failureOf(error).code !== "corrupt") throw error;
    }
  }
}

async function clean() {
  return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
}
