import { and, eq, isNotNull, isNull, lt, sql } from "drizzle-orm";
import type postgres from "postgres";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { databases, jobs, restores } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";
import { dropSchema } from "@/jobs/restore-backup/drop-schema";
import { pointersInto } from "@/jobs/restore-backup/pointers";

/** Drops the schemas that were kept for an undo, once their time is up. One that others have come to need stays. */
export async function dropKept(): Promise<void> {
  const due = await db
    .select({ restore: restores, connection: databases.connection })
    .from(restores)
    .innerJoin(databases, eq(databases.id, restores.databaseId))
    .where(
      and(lt(restores.keptUntil, sql`now()`), isNotNull(restores.keptSchema), isNull(restores.droppedAt), isQuiet),
    );
  for (const { restore, connection } of due) {
    try {
      await withTenant(connection, "coffer:drop", (session) => drop(session, restore));
    } catch (error) {
      log.warn({ error, jobId: restore.jobId }, "a schema that was kept could not be dropped yet");
    }
  }
}

/** Nobody is about to bring it back. */
const isQuiet = sql`not exists (select from ${jobs} where ${jobs.finishedAt} is null and ${jobs.kind} = 'undo_restore'
  and ${jobs.options} ->> 'restoreJobId' = ${restores.jobId}::text)`;

type Restore = typeof restores.$inferSelect;

async function drop(session: postgres.Sql, { jobId, projectId, keptSchema }: Restore): Promise<void> {
  if (keptSchema === null) return;
  // Of several workers one drops it.
  const [lock] = await session<{ mine: boolean }[]>`
    select pg_try_advisory_lock(hashtextextended('coffer:drop:' || ${keptSchema}, 0)) as mine`;
  if (!lock?.mine) return;
  const pointers = await session.begin((tx) => pointersInto(tx, keptSchema));
  if (pointers.length > 0) {
    log.warn({ jobId, schema: keptSchema, pointers }, "a schema that was kept is needed by others, so it stays");
    return;
  }
  await dropSchema(session, keptSchema);
  await db.transaction(async (tx) => {
    await tx.update(restores).set({ droppedAt: sql`now()` }).where(eq(restores.jobId, jobId));
    await recordAudit(
      tx,
      { actor: null, address: null, requestId: null },
      {
        action: "restore.kept_dropped",
        subject: { kind: "job", id: jobId },
        projectId,
        details: { schema: keptSchema },
      },
    );
  });
}
