import { eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { reap } from "@/jobs/lifecycle/reap";

/** As if half a minute had passed without a word from the job's worker. Nobody has noticed yet. */
export const letLeaseRunOut = (id: string) =>
  db.update(jobs).set({ leaseExpiresAt: sql`now() - interval '1 second'` }).where(eq(jobs.id, id));

/** As if half a minute had passed, and somebody had noticed: the job waits for another worker, or has failed. */
export async function reapNow(id: string): Promise<void> {
  await letLeaseRunOut(id);
  await reap();
}
