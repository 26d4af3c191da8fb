import { and, asc, desc, eq, isNotNull, isNull, ne, or, sql } from "drizzle-orm";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, backups, type CopyStatus, destinations, jobs, projects } from "@/db/schema";
import { isVisible } from "@/server/visible-backups";

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

/** How many lost copies are named. */
const mostNamed = 5;

/** In SQL: it is missing or damaged, or its job has given up. What somebody cancelled nobody misses, unless it was there before. */
const isLost = or(
  sql`${backupCopies.status} in ('missing', 'corrupt')`,
  and(
    and(eq(backupCopies.status, "pending"), sql`${jobs.finishedAt} is not null`),
    or(ne(jobs.status, "cancelled"), isNotNull(backupCopies.storedAt)),
  ),
);

/**
 * Copies of backups that the user may see which should be there and are not, those of the latest backups first: some of them, and how many there
 * are. Those at a destination that does not work count once it does.
 */
export async function lostCopies(user: Actor) {
  const rows = await db
    .select({
      backupId: backups.id,
      filename: backups.filename,
      projectSlug: projects.slug,
      projectName: projects.name,
      destinationId: destinations.id,
      destinationName: destinations.name,
      status: state,
      problem,
      since:
        sql`coalesce(${backupCopies.missingSince}, ${jobs.finishedAt}, ${backupCopies.checkedAt}, ${backupCopies.createdAt})`.mapWith(
          backupCopies.createdAt,
        ),
      total: sql<number>`count(*) over ()::int`,
    })
    .from(backupCopies)
    .innerJoin(backups, eq(backups.id, backupCopies.backupId))
    .innerJoin(projects, eq(projects.id, backups.projectId))
    .innerJoin(destinations, eq(destinations.id, backupCopies.destinationId))
    .leftJoin(jobs, eq(jobs.id, backupCopies.jobId))
    .where(and(isLost, isNull(destinations.unhealthySince), isVisible(user)))
    .orderBy(desc(backups.createdAt), asc(destinations.name))
    .limit(mostNamed);
  return { total: rows[0]?.total ?? 0, copies: rows.map(({ total: _, ...copy }) => copy) };
}
