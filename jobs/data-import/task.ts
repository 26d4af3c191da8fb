import { desc, eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { backups, dataFiles, dataImports } from "@/db/schema";
import { type Carrying, carryOut, findApplied } from "@/jobs/data-import/carry-out";
import { releaseSessions } from "@/jobs/data-import/check-task";
import { loadFile, openImport } from "@/jobs/data-import/open-import";
import { importOptions } from "@/jobs/data-import/options";
import type { ImportReport } from "@/jobs/data-import/report";
import { cleanBackup } from "@/jobs/export-backup/clean";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { leavePointOfNoReturn } from "@/jobs/lifecycle/finish";
import { inSession } from "@/jobs/lifecycle/in-session";
import { originOf } from "@/jobs/lifecycle/origin";
import { portion } from "@/jobs/lifecycle/portion";
import { loadSubject, type Subject } from "@/jobs/lifecycle/subject";
import { requireTool } from "@/jobs/postgres/require-tool";
import { serverMajor } from "@/jobs/postgres/server-major";
import { makeSafetyBackup, safetyOptions } from "@/jobs/restore-backup/safety";

/**
 * Imports a file of rows: stage, back up what is there, and then in one transaction compare, write and count. Another attempt goes on with what is
 * staged; one that comes after the rows were written finds the note of that in the project's database, which was written with them.
 */
export const importData: JobHandler = { run, clean };

const before = "an import of rows";

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job } = context;
  const options = importOptions.parse(job.options);
  const { fileId } = options;
  context.step("read");
  const subject = await loadSubject(job.projectId);
  const { filename } = await loadFile(subject.projectId, fileId);
  await openRow(job, { projectId: subject.projectId, fileId, filename });
  return inSession({ context, connection: subject.connection }, async (session) => {
    const applied = await findApplied(session, fileId, job.id);
    if (applied) return finished({ job, fileId, subject, report: applied });
    await leavePointOfNoReturn(job);
    const opened = await openImport(portion(context, 0, 40), { session, subject, reading: options, filename });
    if (options.createBackup) await backUp(context, subject);
    const report = await carry({ ...opened, context, session, options });
    return finished({ job, fileId, subject, report });
  });
}

/** The note of what is going to be found is there from the beginning: a safety backup belongs to it. */
async function openRow(job: ClaimedJob, row: { projectId: string; fileId: string; filename: string }): Promise<void> {
  await db
    .insert(dataImports)
    .values({ jobId: job.id, ...row })
    .onConflictDoNothing();
}

async function backUp(context: RunContext, subject: Subject): Promise<void> {
  const { job } = context;
  const [earlier] = await db.select().from(dataImports).where(eq(dataImports.jobId, job.id));
  if (earlier?.safetyBackupId) return;
  context.step("safety");
  const [last] = await db
    .select({ encrypted: backups.encrypted })
    .from(backups)
    .where(eq(backups.projectId, subject.projectId))
    .orderBy(desc(backups.createdAt))
    .limit(1);
  const { path: pgRestore } = await requireTool("pg_restore", await serverMajor(subject.connection));
  await makeSafetyBackup(portion(context, 40, 60), {
    // As the project's backups are.
    encrypt: last?.encrypted ?? false,
    pgRestore,
    before,
    note: (tx, safetyBackupId) => tx.update(dataImports).set({ safetyBackupId }).where(eq(dataImports.jobId, job.id)),
  });
}

async function carry(carrying: Carrying): Promise<ImportReport> {
  const { context, session, options } = carrying;
  try {
    return await carryOut(carrying);
  } catch (error) {
    // The connection may have been lost just after the server had committed.
    if (!isConnectionLoss(error) || context.signal.aborted) throw error;
    const applied = await findApplied(session, options.fileId, context.job.id).catch(() => null);
    if (applied) return applied;
    throw error;
  }
}

type Finished = { job: ClaimedJob; fileId: string; subject: Subject; report: ImportReport };

function finished({ job, fileId, subject, report }: Finished): (tx: Tx) => Promise<void> {
  return async (tx) => {
    await tx.update(dataImports).set({ report }).where(eq(dataImports.jobId, job.id));
    await recordAudit(tx, await originOf(tx, job), {
      action: "data.imported",
      subject: { kind: "project", id: subject.projectId },
      projectId: subject.projectId,
      details: { jobId: job.id, tables: report.tables },
    });
    // Its file, and what was staged of it, are swept.
    await tx.delete(dataFiles).where(eq(dataFiles.id, fileId));
  };
}

/** Ends the sessions, and removes files of a safety backup that was not listed. What is staged stays for another attempt. */
async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const { filesRemovedAt } = await cleanBackup(job, upToFence, safetyOptions(false, before));
  const { backendEndedAt } = await releaseSessions(job, upToFence);
  return { backendEndedAt, filesRemovedAt };
}
