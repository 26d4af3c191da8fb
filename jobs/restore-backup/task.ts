import { eq, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { restores } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { leavePointOfNoReturn } from "@/jobs/lifecycle/finish";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject, type Subject } from "@/jobs/lifecycle/subject";
import { besideOf, bring, compare, loadBringing, lookAhead, readFirst } from "@/jobs/restore-backup/bring";
import { cleanRestore } from "@/jobs/restore-backup/clean";
import { dropBeside } from "@/jobs/restore-backup/drop-beside";
import { hasSchema } from "@/jobs/restore-backup/has-schema";
import { note, openJournal } from "@/jobs/restore-backup/journal";
import { keptSchema } from "@/jobs/restore-backup/names";
import { type RestoreOptions, restoreOptions } from "@/jobs/restore-backup/options";
import { within } from "@/jobs/restore-backup/progress";
import { makeSafetyBackup } from "@/jobs/restore-backup/safety";
import { swapInPlace } from "@/jobs/restore-backup/swap-in-place";

/**
 * Brings a backup back in place of the project's schema: look, read, back up what is there, restore beside, compare, swap. Until the swap
 * the live schema is untouched; the swap is one transaction; after it the job can only end well.
 */
export const restoreBackup: JobHandler = { run, clean: cleanRestore };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const options = restoreOptions.parse(job.options);
  context.step("check");
  const subject = await loadSubject(job.projectId);
  const { schema, connection } = subject;
  const begin = { jobId: job.id, projectId: subject.projectId, schemaName: schema, databaseId: subject.databaseId };
  const journal = await openJournal(job, { ...begin, backupId: options.backupId });
  if (await hasSchema(connection, keptSchema(job.id))) return finished({ job, options, subject, hasKept: true });
  const tables = options.tables && new Set(options.tables);
  await leavePointOfNoReturn(job);

  const bringing = await loadBringing(context, connection, options.backupId);
  await lookAhead(bringing, { schema, tables: options.tables }, (report) => note(job, { report }));
  context.step("read");
  await readFirst(bringing, options.verifyFirst);
  if (options.createSafetyBackup && journal.safetyBackupId === null && (await hasSchema(connection, schema))) {
    context.step("safety");
    const encrypt = bringing.claimed.archive.encryption !== null;
    await makeSafetyBackup(within(context, "safety"), {
      // As the backup is that takes the place of what it holds.
      encrypt,
      pgRestore: bringing.tools.pgRestore,
      before: "a restore",
      note: (tx, safetyBackupId) => tx.update(restores).set({ safetyBackupId }).where(eq(restores.jobId, job.id)),
    });
  }
  context.step("restore");
  const analyzed = await bring(bringing, { tables });
  context.step("compare");
  await compare(bringing, { tables, analyzed }, (proof) =>
    note(job, { restored: { proof, complaint: null, missing: [] } }),
  );
  signal.throwIfAborted();
  context.step("swap");
  const { hasKept } = await swap(context, { subject, beside: besideOf(bringing), tables: options.tables });
  return finished({ job, options, subject, hasKept });
}

type Swapping = { subject: Subject; beside: string; tables: string[] | undefined };

async function swap(context: RunContext, { subject, beside, tables }: Swapping) {
  const { connection, schema: live } = subject;
  const kept = keptSchema(context.job.id);
  try {
    return await swapInPlace(context, { connection, live, beside, kept, tables });
  } catch (error) {
    // The connection may have been lost just after the server had committed.
    if (isConnectionLoss(error) && (await hasSchema(connection, kept))) return { hasKept: true };
    throw error;
  }
}

type Finished = { job: ClaimedJob; options: RestoreOptions; subject: Subject; hasKept: boolean };

/** What the transaction that completes the job writes. */
function finished({ job, options, subject, hasKept }: Finished): (tx: Tx) => Promise<void> {
  const kept = hasKept
    ? { keptSchema: keptSchema(job.id), keptUntil: sql`now() + make_interval(hours => ${options.keepHours})` }
    : {};
  return async (tx) => {
    // Where only some tables were taken from it, the rest of what was restored is of no more use.
    if (options.tables) await dropBeside(subject.connection, job.id, job.fence);
    const swappedAt = sql`now()`;
    await tx
      .update(restores)
      .set({ swappedAt, ...kept })
      .where(eq(restores.jobId, job.id));
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.restored",
      subject: { kind: "backup", id: options.backupId },
      projectId: job.projectId,
      details: { jobId: job.id, schema: subject.schema, tables: options.tables },
    });
  };
}
