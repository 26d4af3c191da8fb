import { and, eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs, restores } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";

export type Journal = typeof restores.$inferSelect;

/** Reads the journal of a restore, or begins it. */
export async function openJournal(job: ClaimedJob, begin: typeof restores.$inferInsert): Promise<Journal> {
  await db.insert(restores).values(begin).onConflictDoNothing();
  const [journal] = await db.select().from(restores).where(eq(restores.jobId, job.id));
  if (!journal) throw new Error("a journal that was just written is not there");
  return journal;
}

/** Notes how far the restore is. An attempt that was overtaken by another one notes nothing, and ends. */
export async function note(job: ClaimedJob, patch: Partial<Journal>): Promise<void> {
  const mine = db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, job.id), eq(jobs.fence, job.fence)));
  const [row] = await db
    .update(restores)
    .set(patch)
    .where(and(eq(restores.jobId, job.id), sql`exists ${mine}`))
    .returning({ jobId: restores.jobId });
  if (!row) throw "lost";
}
