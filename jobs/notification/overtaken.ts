import { and, eq, isNotNull } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";

/** Whether a job has come to its end already. */
export async function isOver(jobId: string): Promise<boolean> {
  const [job] = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, jobId), isNotNull(jobs.finishedAt)));
  return job !== undefined;
}
