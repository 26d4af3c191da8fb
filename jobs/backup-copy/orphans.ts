import { and, asc, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { db, type Tx } from "@/db/client";
import { log } from "@/db/log";
import { backupCopies, type DestinationSettings, destinations } from "@/db/schema";
import { isUnderway } from "@/jobs/backup-copy/start";
import type { Placed } from "@/jobs/destination/destination";
import { openDestination } from "@/jobs/destination/open";
import { failureOf } from "@/jobs/lifecycle/failure";

const atOnce = 50;

/**
 * Copies of backups that were deleted, and what copies have left that were given up: a night's policies leave hundreds. Each is tried once a round, the oldest first, so that one which cannot
 * be removed keeps no other waiting. Those of a destination that does not answer are left to a later round.
 */
export async function removeOrphans(signal: AbortSignal): Promise<void> {
  const away = new Set<string>();
  let last: Orphan | undefined;
  do {
    const orphans = await orphansAfter(last);
    for (const orphan of orphans) {
      signal.throwIfAborted();
      if (away.has(orphan.copy.destinationId)) continue;
      try {
        await removeOrphan(orphan, signal);
      } catch (error) {
        signal.throwIfAborted();
        const isSilent = error instanceof Error && error.name === "TimeoutError";
        if (isSilent || failureOf(error).code === "destination_unavailable") away.add(orphan.copy.destinationId);
        log.warn({ error, copyId: orphan.copy.id }, "a copy of a deleted backup could not be removed yet");
      }
    }
    last = orphans.length === atOnce ? orphans.at(-1) : undefined;
  } while (last);
}

type Orphan = { copy: typeof backupCopies.$inferSelect; settings: DestinationSettings };

function orphansAfter(last: Orphan | undefined): Promise<Orphan[]> {
  const at = [backupCopies.createdAt, backupCopies.id] as const;
  const after =
    last && sql`(${at[0]}, ${at[1]}) > (${last.copy.createdAt.toISOString()}::timestamptz, ${last.copy.id}::uuid)`;
  return db
    .select({ copy: backupCopies, settings: destinations.settings })
    .from(backupCopies)
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .where(and(isNull(backupCopies.backupId), isNull(destinations.unhealthySince), sql`not ${isUnderway}`, after))
    .orderBy(asc(at[0]), asc(at[1]))
    .limit(atOnce);
}

/** Well below what a session may be idle within a transaction: without its lock, the name could be another file's. */
const patience = 30_000;

/** Nobody else takes it meanwhile, and its name is free only when all of it is gone. */
function removeOrphan({ copy: { id }, settings }: Orphan, stop: AbortSignal): Promise<void> {
  return db.transaction(async (tx) => {
    const [orphan] = await tx
      .select()
      .from(backupCopies)
      .where(and(eq(backupCopies.id, id), isNull(backupCopies.backupId)))
      .for("update", { skipLocked: true });
    if (!orphan) return;
    const { destinationId, name, sizeBytes, locator, sidecar } = orphan;
    const destination = openDestination(settings);
    const signal = AbortSignal.any([stop, AbortSignal.timeout(patience)]);
    const file = sizeBytes === null && locator === null ? null : { name, sizeBytes: sizeBytes ?? 0, locator };
    for (const placed of [file, sidecar]) {
      if (placed && !(await isWanted(tx, destinationId, placed))) await destination.remove(placed, signal);
    }
    await tx.delete(backupCopies).where(eq(backupCopies.id, id));
  });
}

/**
 * Whether a backup's copy tells of the same file. A copy that was missing is made anew under its own name: when the attempt ends before it
 * could say so, the next one, or a look, finds the file by the copy's row, and the draft is one row too many.
 */
async function isWanted(tx: Tx, destinationId: string, { name, locator }: Placed): Promise<boolean> {
  const asJson = locator === null ? sql`null::jsonb` : sql`${JSON.stringify(locator)}::jsonb`;
  const isFile = and(
    eq(backupCopies.name, name),
    isNotNull(backupCopies.sizeBytes),
    sql`${backupCopies.locator} is not distinct from ${asJson}`,
  );
  const isSidecar = sql`${backupCopies.sidecar} @> ${JSON.stringify({ name, locator })}::jsonb`;
  const [row] = await tx
    .select({ id: backupCopies.id })
    .from(backupCopies)
    .where(and(eq(backupCopies.destinationId, destinationId), isNotNull(backupCopies.backupId), or(isFile, isSidecar)))
    .limit(1);
  return row !== undefined;
}
