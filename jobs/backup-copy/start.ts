import { eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { backupCopies, destinations, jobs } from "@/db/schema";
import { type CopyKind, copySteps } from "@/jobs/backup-copy/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Subject = { id: string; projectId: string; filename: string; storagePath: string };
type Target = { id: string; name: string };

type Wanted = {
  backup: Subject;
  destination: Target;
  idempotencyKey?: string;
  /** The file in the backup folder goes once the copy is stored. */
  move?: boolean;
  /** Nobody has asked for it. */
  isAgain?: boolean;
};

/** For a row of copies whose job is not over. */
export const isUnderway = sql<boolean>`exists (select from ${jobs} where ${jobs.id} = ${backupCopies.jobId} and ${jobs.finishedAt} is null)`;

/**
 * Starts the copy of a backup to a destination, in the transaction of whoever wants it. One that is missing, corrupt or was given up is
 * made anew. Throws ALREADY_EXISTS for one that is stored, or on its way.
 */
export async function startCopy(tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> {
  const { backup, destination, move = false, isAgain, idempotencyKey } = wanted;
  const job = await start(tx, origin, { ...wanted, kind: "copy_backup", options: { move, isAgain } });
  if (!job.isNew && idempotencyKey) return job;
  // Whoever moves the destination waits, or is waited for.
  await tx
    .select({ id: destinations.id })
    .from(destinations)
    .where(eq(destinations.id, destination.id))
    .for("key share");
  const [copy] = await tx
    .insert(backupCopies)
    .values({ backupId: backup.id, destinationId: destination.id, jobId: job.id, name: backup.storagePath })
    .onConflictDoUpdate({
      target: [backupCopies.backupId, backupCopies.destinationId],
      set: { jobId: job.id, status: "pending", problem: null },
      setWhere: sql`${backupCopies.status} <> 'stored' and not ${isUnderway}`,
    })
    .returning({ id: backupCopies.id });
  if (copy) return job;
  throw new AppError("ALREADY_EXISTS", `${destination.name} has a copy of this backup already, or it is on its way.`);
}

/** Starts to bring the file of a backup back into the backup folder from a destination. */
export const startFetch = (tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> =>
  start(tx, origin, { ...wanted, kind: "fetch_backup" });

/** Starts to read a copy back, all of it, to find out whether it is whole. */
export const startCopyCheck = (tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> =>
  start(tx, origin, { ...wanted, kind: "verify_copy" });

const actions = {
  copy_backup: "copy.started",
  fetch_backup: "backup.fetch_started",
  verify_copy: "copy.verification_started",
} satisfies Record<CopyKind, string>;

type Job = Wanted & { kind: CopyKind; options?: object };

function start(tx: Tx, origin: Origin, job: Job): Promise<StartedJob> {
  const { kind, backup, destination, options, idempotencyKey } = job;
  return startJob(tx, origin, {
    kind,
    projectId: backup.projectId,
    options: { backupId: backup.id, destinationId: destination.id, ...options },
    steps: copySteps(kind),
    idempotencyKey,
    audit: {
      action: actions[kind],
      subject: { kind: "backup", id: backup.id },
      details: { filename: backup.filename, destination: destination.name, ...options },
    },
  });
}

/** Starts the copies of a new backup: to these destinations, or to those that are defaults. One that is gone by now is left out. */
export async function startCopies(
  tx: Tx,
  origin: Origin,
  { backup, destinationIds }: { backup: Subject; destinationIds: string[] | undefined },
): Promise<void> {
  const wanted = destinationIds ? inArray(destinations.id, destinationIds) : isNotNull(destinations.defaultSince);
  const found = await tx.select({ id: destinations.id, name: destinations.name }).from(destinations).where(wanted);
  for (const destination of found) await startCopy(tx, origin, { backup, destination });
}

/** Whether a backup of this id has a copy that can be read, to its end as far as we know. */
export const hasStoredCopy = (backupId: string) =>
  sql<boolean>`exists (select from ${backupCopies} where ${eq(backupCopies.backupId, backupId)} and ${eq(backupCopies.status, "stored")})`;
