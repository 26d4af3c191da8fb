import { asc, eq, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backupCopies, type CopyStatus, destinations, jobs } from "@/db/schema";

/** What its job has given up is `failed`. */
export type CopyState = CopyStatus | "failed";

const state = sql<CopyState>`
  case when ${backupCopies.status} = 'pending' and ${jobs.finishedAt} is not null then 'failed' else ${backupCopies.status}::text end`;

/** Why it is not stored, in plain words. */
const problem = sql<string | null>`coalesce(${backupCopies.problem},
  case when ${backupCopies.status} = 'pending' then ${jobs.errorMessage} end)`;

/** The copies of a backup, by the names of their destinations. */
export function copiesOf(backupId: string) {
  return db
    .select({
      destinationId: destinations.id,
      destinationName: destinations.name,
      kind: destinations.kind,
      isHealthy: sql<boolean>`${destinations.unhealthySince} is null`,
      status: state,
      problem,
      name: backupCopies.name,
      sizeBytes: backupCopies.sizeBytes,
      jobId: backupCopies.jobId,
      progressPercentage: jobs.progressPercentage,
      storedAt: backupCopies.storedAt,
      checkedAt: backupCopies.checkedAt,
      verifiedAt: backupCopies.verifiedAt,
    })
    .from(backupCopies)
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .leftJoin(jobs, eq(jobs.id, backupCopies.jobId))
    .where(eq(backupCopies.backupId, backupId))
    .orderBy(asc(destinations.name));
}
