import type { Connection } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { fencesUpTo, releaseAttempts } from "@/jobs/postgres/backend";
import { dropScratch, scratchName } from "@/jobs/scratch/database";

/** Drops the scratch databases of a job's attempts up to this fence, and ends their sessions. */
export async function cleanScratch(connection: Connection, job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  await dropScratch(
    connection,
    fencesUpTo(upToFence).map((fence) => scratchName(job.id, fence)),
  );
  return { backendEndedAt: await releaseAttempts(connection, job, upToFence), filesRemovedAt: new Date() };
}
