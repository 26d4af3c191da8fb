import { AppError } from "@/db/errors";
import type { backups } from "@/db/schema";
import { storedCopies } from "@/jobs/backup-copy/bytes";
import type { Range } from "@/jobs/destination/destination";
import { openDestination } from "@/jobs/destination/open";
import { failureOf } from "@/jobs/lifecycle/failure";
import { openStored } from "@/server/stored-file";

type Backup = typeof backups.$inferSelect;

/** A file that is at a destination. */
export type Remote = { bytes(range: Range, signal: AbortSignal): AsyncIterable<Buffer>; close(): Promise<void> };

/** The backup's file in the backup folder, else a copy of it at a destination. Throws as `openStored` does when there is neither. */
export async function openAnywhere(backup: Backup) {
  try {
    return await openStored(backup);
  } catch (error) {
    const isAway = error instanceof AppError && /^BACKUP_(NOT_FOUND|ELSEWHERE|CORRUPT)$/.test(error.code);
    const remote = isAway ? await openCopy(backup) : null;
    if (!remote) throw error;
    return remote;
  }
}

/** The copy that is most likely to be read: of a healthy destination, looked for before anything is promised. */
async function openCopy(backup: Backup): Promise<Remote | null> {
  const found = await storedCopies(backup.id, null);
  let cause: unknown;
  for (const { copy, settings } of found) {
    const destination = openDestination(settings);
    const placed = { name: copy.name, sizeBytes: copy.sizeBytes ?? backup.sizeBytes, locator: copy.locator };
    try {
      if ((await destination.size(placed)) !== backup.sizeBytes) continue;
      return { bytes: (range, signal) => destination.get(placed, range, signal), close: async () => {} };
    } catch (error) {
      cause = error;
    }
  }
  if (cause) throw new AppError("UNAVAILABLE", failureOf(cause).message, { retryAfter: 60 });
  return null;
}
