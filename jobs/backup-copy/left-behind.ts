import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backupCopies, jobs } from "@/db/schema";
import { checked, drain } from "@/jobs/backup-copy/bytes";
import { type CopyRow, type Placement, placedOf } from "@/jobs/backup-copy/place";
import { isUnderway } from "@/jobs/backup-copy/start";
import type { Placed } from "@/jobs/destination/destination";
import { numbered } from "@/jobs/home/write";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failureOf } from "@/jobs/lifecycle/failure";

// What is at a destination and counts as no copy yet, or no longer: of an attempt that ended between its last byte and its last word, or of an
// earlier copy. It is in the row that is to tell of the copy. An attempt never removes it, since it may be late, and the next one may have put
// a file of that name by then: it makes an orphan of it, whose name nobody takes before it is gone.

type Left = { [F in keyof Placed]?: Placed[F] | null } & { name?: string };

/** The row is still for this attempt to write: nobody has taken over, and no other job has the copy. */
const isLatest = ({ id, fence }: ClaimedJob) =>
  and(
    eq(backupCopies.jobId, id),
    sql`exists (select from ${jobs} where ${jobs.id} = ${id} and ${jobs.fence} = ${fence})`,
  );

/** Notes what is there. Throws `lost` for an attempt that another one has taken over from. */
export async function noteLeft(job: ClaimedJob, { id }: CopyRow, set: Left): Promise<void> {
  const row = await db
    .update(backupCopies)
    .set(set)
    .where(and(eq(backupCopies.id, id), isUnderway, isLatest(job)))
    .returning({ id: backupCopies.id });
  if (row.length === 0) throw "lost";
}

/** A file of just the right bytes that was left there, and is the copy then. Anything else is given up. */
export async function takeUp({ job, signal }: RunContext, placement: Placement): Promise<Placed | null> {
  const { backup, copy, destination } = placement;
  const isWhole = (placed: Placed) => hasBytes(placement, placed, signal);
  if (copy.sizeBytes !== null || copy.locator !== null) {
    const placed = placedOf(copy, backup);
    if (copy.sizeBytes === backup.sizeBytes && (await isWhole(placed))) return placed;
    const isGone = copy.locator === null && (await destination.size(placed)) === null;
    await (isGone ? noteLeft(job, copy, { sizeBytes: null }) : giveUpLeft(job));
  }
  // What an earlier attempt has put there and could not note. Nothing is found by its name in a place that cannot list.
  if (job.fence === 1 || destination.list() === null) return null;
  const given = await namesGivenUp(placement.destinationId);
  for (let n = 1; ; n++) {
    const placed = { name: numbered(backup.storagePath, n), sizeBytes: backup.sizeBytes, locator: null };
    if (given.has(placed.name)) continue;
    const size = await destination.size(placed);
    if (size === null) return null;
    if (size !== backup.sizeBytes || !(await isWhole(placed))) continue;
    await noteLeft(job, copy, placed);
    return placed;
  }
}

async function hasBytes({ backup, destination }: Placement, placed: Placed, signal: AbortSignal): Promise<boolean> {
  try {
    await drain(checked(destination.get(placed, undefined, signal), backup));
    return true;
  } catch (error) {
    const { code } = failureOf(error);
    if (code === "corrupt" || code === "copy_missing") return false;
    throw error;
  }
}

/** Makes an orphan of what the copy's row says is there; orphans are removed within minutes. Nothing, where another attempt has taken over. */
export async function giveUpLeft(job: ClaimedJob): Promise<void> {
  const isLeft = or(isNotNull(backupCopies.sizeBytes), isNotNull(backupCopies.locator));
  await db.transaction(async (tx) => {
    const [left] = await tx
      .select()
      .from(backupCopies)
      .where(and(eq(backupCopies.jobId, job.id), eq(backupCopies.status, "pending"), isLeft))
      .for("update");
    if (!left) return;
    const { id, destinationId, name, sizeBytes, locator } = left;
    const given = await tx
      .update(backupCopies)
      .set({ sizeBytes: null, locator: null })
      .where(and(eq(backupCopies.id, id), isLatest(job)))
      .returning({ id: backupCopies.id });
    if (given.length > 0) await tx.insert(backupCopies).values({ destinationId, name, sizeBytes, locator });
  });
}

/** The first name that no orphan has: it may be removed at any moment, with whatever has its name then. */
export async function freeName(wanted: string, destinationId: string): Promise<string> {
  const given = await namesGivenUp(destinationId);
  for (let n = 1; ; n++) if (!given.has(numbered(wanted, n))) return numbered(wanted, n);
}

async function namesGivenUp(destinationId: string): Promise<Set<string>> {
  const rows = await db
    .select({ name: backupCopies.name })
    .from(backupCopies)
    .where(and(eq(backupCopies.destinationId, destinationId), isNull(backupCopies.backupId)));
  return new Set(rows.map(({ name }) => name));
}
