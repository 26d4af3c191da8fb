import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { databases, jobs, restores } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { leavePointOfNoReturn } from "@/jobs/lifecycle/finish";
import { originOf } from "@/jobs/lifecycle/origin";
import { releaseAttempts } from "@/jobs/postgres/backend";
import { hasSchema } from "@/jobs/restore-backup/has-schema";
import { undoneSchema } from "@/jobs/restore-backup/names";
import { restoreOptions } from "@/jobs/restore-backup/options";
import { swapInPlace } from "@/jobs/restore-backup/swap-in-place";

/** A job keeps these as its options: the job of the restore to take back. */
export const undoOptions = z.strictObject({ restoreJobId: z.uuid() });

export const undoSteps = [
  { name: "check", title: "Checking what was kept" },
  { name: "swap", title: "Putting it back" },
];

/** Gives the name back to the schema that a restore has replaced; the restored one is kept as long as that was. */
export const undoRestore: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job } = context;
  const { restoreJobId } = undoOptions.parse(job.options);
  context.step("check");
  const { restore, connection, tables } = await loadRestore(restoreJobId);
  const undone = undoneSchema(restoreJobId);
  const isBack = await hasSchema(connection, undone);
  if (!isBack) {
    await leavePointOfNoReturn(job);
    const kept = restore.keptSchema;
    if (restore.undoneAt || kept === null || !(await hasSchema(connection, kept)))
      throw failed({
        code: "restore_refused",
        message: restore.undoneAt ? "This restore was undone already." : "What was there before is not kept any more.",
        hint: "Restore the safety backup that was made before it.",
      });
    context.step("swap");
    await swapInPlace(context, { connection, live: restore.schemaName, beside: kept, kept: undone, tables });
  }
  return async (tx) => {
    const keptUntil = sql`now() + (${restores.keptUntil} - ${restores.swappedAt})`;
    await tx
      .update(restores)
      .set({ undoneAt: sql`now()`, keptSchema: undone, keptUntil })
      .where(eq(restores.jobId, restoreJobId));
    await recordAudit(tx, await originOf(tx, job), {
      action: "restore.undone",
      subject: { kind: "job", id: restoreJobId },
      projectId: job.projectId,
      details: { schema: restore.schemaName },
    });
  };
}

async function loadRestore(jobId: string) {
  const [row] = await db
    .select({ restore: restores, connection: databases.connection, options: jobs.options })
    .from(restores)
    .innerJoin(jobs, eq(jobs.id, restores.jobId))
    .innerJoin(databases, eq(databases.id, restores.databaseId))
    .where(eq(restores.jobId, jobId));
  if (!row) throw failed({ code: "restore_refused", message: "There is no such restore any more." });
  const { restore, connection, options } = row;
  return { restore, connection, tables: restoreOptions.parse(options).tables };
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const { connection } = await loadRestore(undoOptions.parse(job.options).restoreJobId);
  return { backendEndedAt: await releaseAttempts(connection, job, upToFence), filesRemovedAt: new Date() };
}
