import { and, eq, lt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backups, jobs } from "@/db/schema";
import { hasOthers } from "@/jobs/home/living";
import { numbered } from "@/jobs/home/write";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";

/**
 * The name to begin with. One backup folder gives each name once; where hosts have folders of their own, exports of one
 * project that were asked for in one second are told apart by their order, and by what is listed.
 */
export async function freeElsewhere(job: ClaimedJob, homeId: string | null, wanted: string): Promise<string> {
  const [others] = await db.execute<{ found: boolean }>(sql`select ${hasOthers(homeId)} as found`);
  if (!others?.found) return wanted;
  const second = sql`date_trunc('second', ${job.createdAt.toISOString()}::timestamptz)`;
  const earlier = and(
    eq(jobs.projectId, job.projectId ?? sql`null`),
    eq(sql`date_trunc('second', ${jobs.createdAt})`, second),
    lt(jobs.id, job.id),
  );
  for (let n = 1 + (await db.$count(jobs, earlier)); ; n++) {
    const name = numbered(wanted, n);
    if ((await db.$count(backups, eq(backups.storagePath, name))) === 0) return name;
  }
}
