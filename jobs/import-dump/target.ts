import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { databases } from "@/db/schema";
import { importOptions } from "@/jobs/import-dump/options";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";

/** The database that a job makes its project in; undefined when it is not registered any more. */
export async function loadTarget(job: ClaimedJob) {
  const { databaseId } = importOptions.parse(job.options);
  const [database] = await db.select().from(databases).where(eq(databases.id, databaseId));
  return database;
}
