import { or, type SQL, sql } from "drizzle-orm";
import { auditEvents, backups, jobs, restores } from "@/db/schema";

/** A job that is not over reads this backup (restore, clone, proof, comparison), or has just made it for its own safety. For a query about backups. */
export const isReadByJob: SQL<boolean> = sql`(
  exists (select from ${jobs} where ${jobs.finishedAt} is null 
    and ${backups.id}::text in (${jobs.options} ->> 'backupId', ${jobs.options} ->> 'otherId'))
  or exists (select from ${restores} join ${jobs} on ${jobs.id} = ${restores.jobId}
    where ${jobs.finishedAt} is null and ${restores.safetyBackupId} = ${backups.id}))`;

/**
 * What no policy removes now: a job reads it, or somebody began to download it, or to resume that, in the last so many
 * seconds. The bytes of a running download come to their end also without the file's name, since its file is open; but one
 * that was broken off must find the file again. A link is good for just that long, so none is left that could ask for more.
 */
export const isInUse = (linkSeconds: number): SQL<boolean> =>
  sql<boolean>`(${or(
    isReadByJob,
    sql`exists (select from ${auditEvents} where ${auditEvents.subjectId} = ${backups.id}::text
    and ${auditEvents.action} = 'backup.downloaded' and ${auditEvents.at} > now() - make_interval(secs => ${linkSeconds}))`,
  )})`;
