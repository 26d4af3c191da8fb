import type { Tx } from "@/db/client";
import { dataImports } from "@/db/schema";
import { compare } from "@/jobs/data-import/compare";
import { beginWith, loadFile, openImport } from "@/jobs/data-import/open-import";
import { checkOptions } from "@/jobs/data-import/options";
import { rulesOf } from "@/jobs/data-import/rules";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { inSession } from "@/jobs/lifecycle/in-session";
import { portion } from "@/jobs/lifecycle/portion";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { releaseAttempts } from "@/jobs/postgres/backend";

/** Stages a file beside the project's rows, and says what its import would do and what stands in its way. Changes nothing. */
export const checkImportFile: JobHandler = { run, clean: releaseSessions };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job } = context;
  const { purpose, importMode, conflictResolution, ...reading } = checkOptions.parse(job.options);
  context.step("read");
  const subject = await loadSubject(job.projectId);
  const { filename } = await loadFile(subject.projectId, reading.fileId);
  return inSession({ context, connection: subject.connection }, async (session) => {
    const opened = await openImport(portion(context, 0, 60), { session, subject, reading, filename });
    context.step("compare");
    context.report({ progressPercentage: 60, tablesTotal: opened.staged.tables.length });
    const rules = purpose === "validate" ? null : rulesOf(importMode, conflictResolution);
    // One view of everything, so that the numbers fit together.
    const begin = beginWith(session, reading, "isolation level repeatable read");
    const report = await begin((tx) => compare(tx, { ...opened, jobId: job.id, rules, all: true }));
    return async (tx) => {
      await tx
        .insert(dataImports)
        .values({ jobId: job.id, projectId: subject.projectId, fileId: reading.fileId, filename, report });
    };
  });
}

/** What is staged stays for the next check or the import; it goes with the file. */
export async function releaseSessions(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const { connection } = await loadSubject(job.projectId);
  return { backendEndedAt: await releaseAttempts(connection, job, upToFence), filesRemovedAt: new Date() };
}
