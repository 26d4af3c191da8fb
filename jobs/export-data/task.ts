import { sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { codeOf, messageOf } from "@/db/errors";
import { dataExports } from "@/db/schema";
import { withExport } from "@/jobs/data/open-export";
import { dataExportOptions, wishOf } from "@/jobs/data/options";
import { jobsEnv } from "@/jobs/env";
import { cleanDataExport } from "@/jobs/export-data/clean";
import { publishPart, writePart } from "@/jobs/export-data/files";
import { keptHours } from "@/jobs/export-data/options";
import { followWriting } from "@/jobs/export-data/progress";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { applicationName } from "@/jobs/postgres/connection";

/** Writes rows of a project to a file that is kept for a day: count, write, flush, and only then list it. */
export const exportData: JobHandler = { run, clean: cleanDataExport };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  context.step("count");
  const subject = await loadSubject(job.projectId);
  const wish = wishOf(dataExportOptions.parse(job.options));
  const application = applicationName(job.id, job.fence);
  const lockWaitSeconds = jobsEnv().EXPORT_LOCK_WAIT_SECONDS;
  const opening = { subject, wish, application, signal, lockWaitSeconds };
  const made = await withExport(opening, async (opened) => {
    context.step("write");
    const progress = followWriting(context, opened);
    const writing = writePart(job, opened.pieces(progress.onTable), progress.onBytes);
    const written = await progress.during(writing, subject, `${application}:snapshot`);
    progress.finish();
    return { ...written, ...opened };
  }).catch(toFailure);
  return async (tx) => {
    await publishPart(job);
    const { filename, contentType, sizeBytes, sha256, tableCounts, recordCount } = made;
    const expiresAt = sql`now() + make_interval(hours => ${keptHours})`;
    const file = { filename, contentType, sizeBytes, sha256, tableCounts, expiresAt };
    await tx.insert(dataExports).values({ jobId: job.id, projectId: subject.projectId, ...file });
    await recordAudit(tx, await originOf(tx, job), {
      action: "data.export_finished",
      subject: { kind: "project", id: subject.projectId },
      projectId: subject.projectId,
      details: { filename, jobId: job.id, sizeBytes, rows: recordCount, tables: Object.keys(tableCounts).length },
    });
  };
}

/** What the wish itself stands in the way of: no other attempt would fare better. */
const wishful = /^(TABLE_NOT_FOUND|ROW_NOT_FOUND|VALIDATION_ERROR)$/;

function toFailure(error: unknown): never {
  if (!wishful.test(codeOf(error) ?? "")) throw error;
  throw failed({ code: "export_refused", message: messageOf(error) });
}
