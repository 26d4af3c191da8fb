import { sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import type { JobKind } from "@/db/schema";

/** Doorbells are rung again by the reaper when nobody answers, so the queue itself need not insist. */
const doorbellAttempts = 3;

/**
 * Rings the doorbell for a job, in the transaction that changed its row. The payload is only the id: the row is the truth.
 * `afterSeconds` delays it. One bell per job: ringing again while it waits keeps its place in the queue.
 */
export async function ring(tx: Tx | Db, job: { id: string; kind: JobKind }, afterSeconds = 0): Promise<void> {
  await tx.execute(sql`
    select graphile_worker.add_job(
      ${job.kind}::text,
      json_build_object('jobId', ${job.id}::text),
      run_at := now() + make_interval(secs => ${afterSeconds}),
      max_attempts := ${doorbellAttempts},
      job_key := ${`job:${job.id}`}::text,
      job_key_mode := 'preserve_run_at')`);
}
