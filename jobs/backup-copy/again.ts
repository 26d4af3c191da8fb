import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backupCopies, backups, destinations, jobs } from "@/db/schema";
import { copyOptions } from "@/jobs/backup-copy/options";
import { startCopy } from "@/jobs/backup-copy/start";

/** A destination that seems to work may yet fail with a file: it is not asked for the same one again before so long. */
const tryEvery = sql`interval '15 minutes'`;
/** An older backup is still told of as one without its copy, and somebody may make it anew. */
const youngFor = sql`interval '2 days'`;
const atOnce = 500;

/**
 * Copies of young backups that were given up because of their destination, or with a worker, are made anew once the destination works. Any
 * number of workers may do it at once.
 */
export async function copyAgain(signal: AbortSignal): Promise<void> {
  const ofDestination = sql`${jobs.errorCode} ~ '^(destination_|disk_full$|worker_lost$)'`;
  const due = await db
    .select({ backup: backups, destination: destinations, options: jobs.options })
    .from(backupCopies)
    .innerJoin(jobs, eq(jobs.id, backupCopies.jobId))
    .innerJoin(backups, eq(backups.id, backupCopies.backupId))
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .where(
      and(
        eq(backupCopies.status, "pending"),
        and(eq(jobs.status, "failed"), ofDestination, lt(jobs.finishedAt, sql`now() - ${tryEvery}`)),
        isNull(destinations.unhealthySince),
        gt(backups.createdAt, sql`now() - ${youngFor}`),
      ),
    )
    .orderBy(backups.createdAt)
    .limit(atOnce);
  for (const { backup, destination, options } of due) {
    signal.throwIfAborted();
    const { move } = copyOptions.parse(options);
    const wanted = { backup, destination, move, isAgain: true };
    await db.transaction((tx) => startCopy(tx, byCoffer, wanted)).catch(unlessUnderway);
  }
}

/** Somebody, or another worker, was first. */
function unlessUnderway(error: unknown): void {
  if (!(error instanceof AppError && error.code === "ALREADY_EXISTS")) throw error;
}
