import { and, eq, isNull, sql } from "drizzle-orm";
import { byCoffer, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, backups, destinations } from "@/db/schema";
import type { Place } from "@/jobs/backup-copy/options";
import type { Destination, Placed } from "@/jobs/destination/destination";
import { openDestination } from "@/jobs/destination/open";
import { type Failure, failed, failureOf } from "@/jobs/lifecycle/failure";
import { announce } from "@/jobs/notification/announce";

export type BackupRow = typeof backups.$inferSelect;
export type CopyRow = typeof backupCopies.$inferSelect;

export type Placement = {
  backup: BackupRow;
  copy: CopyRow;
  destination: Destination;
  destinationId: string;
  destinationName: string;
};

/** A backup, its copy at a destination, and that, open. Fails with `backup_gone` or `copy_missing` when there is none of it any more. */
export async function loadPlacement({ backupId, destinationId }: Place): Promise<Placement> {
  const [backup] = await db.select().from(backups).where(eq(backups.id, backupId));
  if (!backup) throw failed({ code: "backup_gone", message: "The backup was deleted." });
  const [row] = await db
    .select({ copy: backupCopies, name: destinations.name, settings: destinations.settings })
    .from(backupCopies)
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .where(and(eq(backupCopies.backupId, backupId), eq(backupCopies.destinationId, destinationId)));
  if (!row) throw failed({ code: "copy_missing", message: "The copy was given up, or its destination was." });
  const destination = openDestination(row.settings);
  return { backup, copy: row.copy, destination, destinationId, destinationName: row.name };
}

/** Where a copy that is stored, or was once, is. */
export const placedOf = ({ name, sizeBytes, locator }: CopyRow, fallback: BackupRow): Placed => ({
  name,
  sizeBytes: sizeBytes ?? fallback.sizeBytes,
  locator,
});

const ofDestination = /^(destination_|disk_full$)/;

/**
 * Does what a destination is needed for, and notes whether it works: what it cannot do makes it unhealthy, since when and
 * why; what it does makes it healthy again.
 */
export async function watched<T>(of: Watched, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work();
    await noteHealthy(of.destinationId);
    return done;
  } catch (error) {
    throw await blamed(of, error);
  }
}

/** The same for what a destination gives: what becomes of it is somebody else's fault. */
export async function* watchedBytes(of: Watched, bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    throw await blamed(of, error);
  }
  await noteHealthy(of.destinationId);
}

type Watched = Pick<Placement, "destinationId" | "destinationName">;

/** Failures that somebody was blamed for already. */
const told = new WeakSet<object>();

async function blamed({ destinationId, destinationName }: Watched, error: unknown): Promise<unknown> {
  const failure = failureOf(error);
  if (!ofDestination.test(failure.code) || told.has(Object(error))) return error;
  await noteUnhealthy({ id: destinationId, name: destinationName }, failure);
  const named = failed({ ...failure, message: `${destinationName}: ${failure.message}` });
  told.add(named);
  return named;
}

/** It was seen to work. */
export async function noteHealthy(id: string, freeBytes?: number | null): Promise<void> {
  await db
    .update(destinations)
    .set({ checkedAt: sql`now()`, unhealthySince: null, problem: null, freeBytes })
    .where(eq(destinations.id, id));
}

/** It was seen not to work. Told once, until it works again. */
export async function noteUnhealthy({ id, name }: { id: string; name: string }, { message }: Failure): Promise<void> {
  await db.transaction(async (tx) => {
    const now = { checkedAt: sql`now()`, problem: message };
    const [row] = await tx
      .update(destinations)
      .set({ ...now, unhealthySince: sql`now()` })
      .where(and(eq(destinations.id, id), isNull(destinations.unhealthySince)))
      .returning({ since: destinations.unhealthySince });
    if (!row?.since) return void (await tx.update(destinations).set(now).where(eq(destinations.id, id)));
    await recordAudit(tx, byCoffer, {
      action: "destination.unhealthy",
      subject: { kind: "destination", id },
      details: { name, because: message },
    });
    const facts = { destination: name, problem: message };
    const once = `${id}:${row.since.toISOString()}`;
    await announce(tx, { event: "destination_unhealthy", projectId: null, once, facts });
  });
}
