import { and, eq, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { checked, drain } from "@/jobs/backup-copy/bytes";
import { type CopyRow, type Placement, placedOf } from "@/jobs/backup-copy/place";
import type { Placed } from "@/jobs/destination/destination";
import { numbered } from "@/jobs/home/write";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failureOf } from "@/jobs/lifecycle/failure";

// What an attempt puts at a destination is in a row of its own, a draft, until the copy is stored: a row without a backup, which counts as an
// orphan once its job is over, however that ended. So nothing is removed that could still be wanted: what the copy's own row told of before goes
// when another file has taken its place, and not earlier.

/** A file that is the copy, and what told of it until now: a draft, the copy's own row, or nothing yet. */
export type Found<P = Placed> = { placed: P; toldBy: { draftId: string } | "copy" | "nobody" };

/** A manifest beside a copy. One that is owed may not be there yet. */
export type Sidecar = NonNullable<CopyRow["sidecar"]>;

type Draft = {
  destinationId: string;
  name: string;
  /** Known beforehand only where nothing has the name: with an orphan goes whatever has it. */
  sizeBytes?: number;
};

/** Begins to put a file under this name. */
export async function beginDraft(job: ClaimedJob, draft: Draft): Promise<string> {
  const [row] = await db
    .insert(backupCopies)
    .values({ ...draft, jobId: job.id })
    .returning({ id: backupCopies.id });
  if (!row) throw new Error("no draft");
  return row.id;
}

/** Notes what is there by now. Throws `lost` when the job has long been over. */
export async function noteDraft(id: string, set: Partial<Placed>): Promise<void> {
  const row = await db.update(backupCopies).set(set).where(eq(backupCopies.id, id)).returning({ id: backupCopies.id });
  if (row.length === 0) throw "lost";
}

/** The first name that no row tells of: with an orphan goes whatever has its name. */
export async function freeName({ backup, copy }: Placement): Promise<string> {
  for (let n = 1; ; n++) {
    const name = numbered(backup.storagePath, n);
    if (!(await isTaken(copy, name))) return name;
  }
}

/** Whether the row of another file tells of this name. */
export async function isTaken({ id, destinationId }: CopyRow, name: string): Promise<boolean> {
  const [row] = await db
    .select({ id: backupCopies.id })
    .from(backupCopies)
    .where(
      and(
        eq(backupCopies.destinationId, destinationId),
        or(
          and(eq(backupCopies.name, name), isNotNull(backupCopies.sizeBytes)),
          sql`${backupCopies.sidecar} ->> 'name' = ${name}`,
        ),
        ne(backupCopies.id, id),
      ),
    )
    .limit(1);
  return row !== undefined;
}

/**
 * A file of just the backup's bytes that is there already: the one that the copy's row tells of, which was called missing or damaged, or one that an
 * earlier attempt has put. `isFirst`: nobody can have put one that no row tells of.
 */
export async function findWhole(
  placement: Placement,
  { job, isFirst, signal }: { job: ClaimedJob; isFirst: boolean; signal: AbortSignal },
): Promise<Found | null> {
  const { backup, copy } = placement;
  const drafts = await db
    .select()
    .from(backupCopies)
    .where(and(eq(backupCopies.jobId, job.id), isNull(backupCopies.backupId)));
  for (const row of [copy, ...drafts]) {
    const placed = placedOf(row, backup);
    if (row.sizeBytes === backup.sizeBytes && (await isWhole(placement, placed, signal)))
      return { placed, toldBy: row.id === copy.id ? "copy" : { draftId: row.id } };
  }
  const unnoted = isFirst ? null : await findUnnoted(placement, signal);
  return unnoted && { placed: unnoted, toldBy: "nobody" };
}

/** Numbers may be left out: what had them is gone. */
const mostNumbers = 9;

/** Under the name that it was to get, or one of those that come after it. */
async function findUnnoted(placement: Placement, signal: AbortSignal): Promise<Placed | null> {
  const { backup, copy, destination } = placement;
  // Where nothing is found by its name.
  if (destination.list() === null) return null;
  for (let n = 1; n <= mostNumbers; n++) {
    const placed = { name: numbered(backup.storagePath, n), sizeBytes: backup.sizeBytes, locator: null };
    if (await isTaken(copy, placed.name)) continue;
    if ((await destination.size(placed)) !== backup.sizeBytes) continue;
    if (await isWhole(placement, placed, signal)) return placed;
  }
  return null;
}

async function isWhole({ backup, destination }: Placement, placed: Placed, signal: AbortSignal): Promise<boolean> {
  try {
    await drain(checked(destination.get(placed, undefined, signal), backup));
    return true;
  } catch (error) {
    const { code } = failureOf(error);
    if (code === "corrupt" || code === "copy_missing") return false;
    throw error;
  }
}

/**
 * Makes the file the copy, and the other one what lies beside it, in the transaction that completes the job. What they were before is an orphan
 * from then on, if it is another file.
 */
export async function keepDraft(
  tx: Tx,
  { copy, backup }: Placement,
  { file, sidecar }: { file: Found; sidecar: Found<Sidecar> | null },
): Promise<void> {
  const isIt = and(eq(backupCopies.id, copy.id), eq(backupCopies.backupId, backup.id));
  const [row] = await tx.select().from(backupCopies).where(isIt).for("update");
  if (!row) throw "lost";
  await tx
    .update(backupCopies)
    .set({
      ...file.placed,
      sidecar: sidecar?.placed ?? null,
      status: "stored",
      problem: null,
      missingSince: null,
      storedAt: sql`now()`,
      checkedAt: sql`now()`,
    })
    .where(isIt);
  for (const { toldBy } of sidecar ? [file, sidecar] : [file]) {
    if (toldBy === "copy") continue;
    const drafts = and(eq(backupCopies.jobId, row.jobId ?? sql`null`), isNull(backupCopies.backupId));
    // Whoever has put it may be late, and is not to tell of it any more: with that draft it would be removed.
    const isIts = toldBy === "nobody" ? isNull(backupCopies.sizeBytes) : eq(backupCopies.id, toldBy.draftId);
    await tx.delete(backupCopies).where(and(drafts, isIts));
  }
  const { destinationId, name, sizeBytes, locator } = row;
  const before = sizeBytes === null && locator === null ? null : { name, sizeBytes, locator };
  const replaced = [
    [before, file.placed],
    [row.sidecar, sidecar?.placed],
  ] as const;
  for (const [old, now] of replaced) {
    if (!old || isSame(old, now)) continue;
    await tx
      .insert(backupCopies)
      .values({ destinationId, name: old.name, sizeBytes: old.sizeBytes, locator: old.locator });
  }
}

const isSame = (one: { name: string; locator: unknown }, other: Placed | undefined) =>
  one.name === other?.name && JSON.stringify(one.locator) === JSON.stringify(other.locator);
