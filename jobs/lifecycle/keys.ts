import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { jobSecrets, type SuppliedKeys } from "@/db/schema";

/** The keys that whoever started the job brought along, for `openArchive`; none when they brought none, or the job is over. */
export async function keysOf(job: { id: string }): Promise<SuppliedKeys> {
  const [row] = await db.select({ keys: jobSecrets.keys }).from(jobSecrets).where(eq(jobSecrets.jobId, job.id));
  return row?.keys ?? {};
}
