import { and, eq, lt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { hasOthers } from "@/jobs/home/living";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";

/**
 * How many names to leave to others. One backup folder gives each name once; where hosts have folders of their own, exports of one project
 * that were asked for in one second are told apart by their order. Asked before the dump: at its end the control plane may be away.
 */
export async function orderAmongHosts(job: ClaimedJob, homeId: string | null): Promise<number> {
  const [others] = await db.execute<{ found: boolean }>(sql`select ${hasOthers(homeId)} as found`);
  if (!others?.found) return 0;
  const second = sql`date_trunc('second', ${job.createdAt.toISOString()}::timestamptz)`;
  const earlier = and(
    eq(jobs.projectId, job.projectId ?? sql`null`),
    eq(sql`date_trunc('second', ${jobs.createdAt})`, second),
    lt(jobs.id, job.id),
  );
  return db.$count(jobs, earlier);
}
