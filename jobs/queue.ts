import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import type { JobKind } from "@/db/schema";

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
export async function ring(
  tx: Tx | Db,
  job: { id: string; kind: JobKind },
  { afterSeconds = 0, keepPlace = false, isNext = false }: Ringing = {},
): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.add_job(
      ${job.kind}::text,
      json_build_object('jobId', ${job.id}::text),
      run_at := now() + make_interval(secs => ${afterSeconds}),
      max_attempts := ${doorbellAttempts},
      priority := ${isNext ? -1 : 0}::int,
      job_key := ${`job:${job.id}`}::text,
      job_key_mode := ${keepPlace ? "preserve_run_at" : "replace"}::text)`);
}
