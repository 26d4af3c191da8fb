import { type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { backupCopies, backups, type JobKind, jobs } from "@/db/schema";
import { isAlive, isSeen } from "@/jobs/home/living";

/** Doorbells are rung again by the reaper when nobody answers, so the queue itself need not insist. */
const doorbellAttempts = 3;

type Ringing = {
  afterSeconds?: number;
  /** Leaves a bell that is waiting already as it is: whoever rings again does not move to the end of the queue. */
  keepPlace?: boolean;
  /** Before all bells that are no such. */
  isNext?: boolean;
};

/**
 * Rings the doorbell for a job, in the transaction that changed its row. The payload is only the id: the row is the truth.
 * There is one bell per job: one that waits for another time is moved.
 */
export const ring = (tx: Tx | Db, job: { id: string; kind: JobKind }, ringing?: Ringing): Promise<void> =>
  addBell(
    tx,
    { task: taskFor(job), key: `job:${job.id}`, payload: { jobId: job.id }, priority: priorityOf(job.id) },
    ringing,
  );

/** What nobody waits for, of a schedule or by Coffer itself, comes after what people have asked for. */
const priorityOf = (id: string) =>
  sql`select case when ${jobs.userId} is null then 1 else 0 end from ${jobs} where ${jobs.id} = ${id}`;

/** The name under which only workers of that backup folder answer. */
export const taskAt = (kind: string, homeId: string) => `${kind}@${homeId}`;

/**
 * A job about a backup is for those that have its file, while any of them is at work. Else it is for anybody, who reads a copy at a
 * destination, or says that there is none. Only what makes the first copy waits, until none of them was seen for a day.
 */
function taskFor({ id, kind }: { id: string; kind: JobKind }): SQL {
  // It reads what is at the destination.
  if (kind === "verify_copy") return sql`${kind}`;
  const isFirstCopy = sql`${kind === "copy_backup"} and not exists (select from ${backupCopies}
    where ${backupCopies.backupId} = ${backups.id} and ${backupCopies.status} = 'stored')`;
  return sql`coalesce((
    select ${taskAt(kind, "")}::text || ${backups.homeId} from ${jobs}
    join ${backups} on ${backups.id} = (${jobs.options} ->> 'backupId')::uuid
    where ${jobs.id} = ${id} and ${jobs.status} <> 'cancelling' and ${backups.movedAt} is null
      and (${isAlive(backups.homeId)} or ${isSeen(backups.homeId)} and ${isFirstCopy})), ${kind})`;
}

/** The same for a notification. */
export const ringForNotification = (tx: Tx | Db, id: string, ringing?: Ringing): Promise<void> =>
  addBell(tx, { task: sql`${"notify"}`, key: `notification:${id}`, payload: { notificationId: id } }, ringing);

/**
 * Removes bells that nobody will ever answer. One that is rung again while somebody has it leaves its old row without a key and without
 * attempts, for its holder to take along: a holder that is killed does not. To one that lives after all it makes no difference.
 */
export async function sweepBells(tx: Tx | Db): Promise<void> {
  await tx.execute(sql`
    delete from graphile_worker._private_jobs
    where key is null and attempts >= max_attempts and (locked_at is null or locked_at < now() - interval '2 minutes')`);
}

type Bell = {
  task: SQL;
  key: string;
  payload: Record<string, string>;
  /** Lower is sooner. */ priority?: SQL;
};

async function addBell(
  tx: Tx | Db,
  { task, key, payload, priority = sql`0` }: Bell,
  { afterSeconds = 0, keepPlace = false, isNext = false }: Ringing = {},
) {
  await tx.execute(sql`
    select graphile_worker.add_job(
      (${task})::text,
      ${JSON.stringify(payload)}::json,
      run_at := now() + make_interval(secs => ${afterSeconds}),
      max_attempts := ${doorbellAttempts},
      priority := (${isNext ? sql`-1` : priority})::int,
      job_key := ${key}::text,
      job_key_mode := ${keepPlace ? "preserve_run_at" : "replace"}::text)`);
}
