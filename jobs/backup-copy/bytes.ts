import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { and, eq, ne, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { backupCopies, destinations } from "@/db/schema";
import { type BackupRow, placedOf, watchedBytes } from "@/jobs/backup-copy/place";
import { openDestination } from "@/jobs/destination/open";
import { jobsEnv } from "@/jobs/env";
import { inside } from "@/jobs/home/path";
import { failed } from "@/jobs/lifecycle/failure";

const readBytes = 1024 * 1024;

/** Whether the backup folder has its file, of the right size. */
export async function isHome({
  storagePath,
  sizeBytes,
}: Pick<BackupRow, "storagePath" | "sizeBytes">): Promise<boolean> {
  try {
    const found = await stat(inside(jobsEnv().BACKUP_DIR, storagePath));
    return found.isFile() && found.size === sizeBytes;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return false;
    throw error;
  }
}

/**
 * The bytes of a backup's file, from the backup folder if it has a good one, else from a destination other than this one: from the next one,
 * if the first has none of them. Fails with `copy_missing` when nobody has it.
 */
export async function* bytesOf(backup: BackupRow, but: string | null, signal: AbortSignal): AsyncGenerator<Buffer> {
  const isThere = await isHome(backup);
  const stored = isThere && backup.status !== "corrupt" ? [] : await storedCopies(backup.id, but);
  if (isThere && stored.length === 0) {
    yield* createReadStream(inside(jobsEnv().BACKUP_DIR, backup.storagePath), { highWaterMark: readBytes });
    return;
  }
  let cause: unknown = failed({
    code: "copy_missing",
    message: "The file of this backup is not where it was stored, and no other destination has a copy.",
  });
  for (const { copy, settings, destinationName } of stored) {
    const given = openDestination(settings).get(placedOf(copy, backup), undefined, signal);
    const pieces = watchedBytes({ destinationId: copy.destinationId, destinationName }, given);
    const first = await pieces.next().catch((error) => {
      signal.throwIfAborted();
      cause = error;
      return null;
    });
    if (first === null) continue;
    try {
      if (!first.done) yield first.value;
      // What was given cannot be taken back: from here on its faults are ours.
      return yield* { [Symbol.asyncIterator]: () => pieces };
    } finally {
      await pieces.return(undefined);
    }
  }
  throw cause;
}

/** Those of destinations that seem to work come first. */
export const storedCopies = (backupId: string, but: string | null) =>
  db
    .select({ copy: backupCopies, settings: destinations.settings, destinationName: destinations.name })
    .from(backupCopies)
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .where(
      and(
        eq(backupCopies.backupId, backupId),
        eq(backupCopies.status, "stored"),
        but === null ? undefined : ne(backupCopies.destinationId, but),
      ),
    )
    .orderBy(sql`${destinations.unhealthySince} nulls first`, destinations.kind);

/** Whether a destination says now that it has a file of this backup's size. */
export async function isSeenElsewhere(backup: BackupRow): Promise<boolean> {
  for (const { copy, settings } of await storedCopies(backup.id, null)) {
    // One that does not answer has shown nothing.
    const size = await openDestination(settings)
      .size(placedOf(copy, backup))
      .catch(() => null);
    if (size === backup.sizeBytes) return true;
  }
  return false;
}

/** The same bytes. When they have ended and are not those that were written, it fails with `corrupt`: whoever takes them must wait for their end. */
export async function* checked(
  bytes: AsyncIterable<Buffer>,
  { sizeBytes, sha256 }: Pick<BackupRow, "sizeBytes" | "sha256">,
  onBytes: (done: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let done = 0;
  for await (const piece of bytes) {
    hash.update(piece);
    done += piece.length;
    onBytes(done);
    yield piece;
  }
  if (done === sizeBytes && hash.digest("hex") === sha256) return;
  throw failed({
    code: "corrupt",
    message:
      done === sizeBytes
        ? "Its bytes are not those that were written."
        : `It has ${done} bytes instead of ${sizeBytes}.`,
    hint: "Take another copy of this backup, or another backup.",
  });
}

/** Reads to the end. */
export async function drain(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of bytes);
}
