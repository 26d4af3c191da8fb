import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataImports, jobs } from "@/db/schema";
import { checkOptions, importOptions } from "@/jobs/data-import/options";
import { importReport } from "@/jobs/data-import/report";
import { rulesOf } from "@/jobs/data-import/rules";
import { startCheck, startImport } from "@/jobs/data-import/start";
import { findFile } from "@/server/routers/data-file";
import {
  findProject,
  idempotencyKey,
  projectProcedure,
  projectRef,
  requirePermission,
  router,
  userProcedure,
} from "@/server/trpc";

const started = { projectId: projectRef, idempotencyKey };

export const dataImportRouter = router({
  /** Starts to look at a file of rows, and at what its import would do. Changes nothing. */
  check: projectProcedure("import")
    .meta({ scope: "import", limit: "import" })
    .input(checkOptions.extend(started))
    .mutation(async ({ ctx, input: { projectId: _, idempotencyKey, ...options } }) => {
      rulesOf(options.importMode, options.conflictResolution);
      const { filename } = await findFile(ctx.project.id, options.fileId);
      const wanted = { options, filename, projectId: ctx.project.id, idempotencyKey };
      const job = await db.transaction((tx) => startCheck(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status };
    }),

  /** Starts the import of a file of rows. */
  execute: projectProcedure("import")
    .meta({ scope: "import", limit: "import" })
    .input(importOptions.extend(started))
    .mutation(async ({ ctx, input: { projectId: _, idempotencyKey, ...options } }) => {
      rulesOf(options.importMode, options.conflictResolution);
      if (!options.triggers && ctx.user.role !== "admin")
        throw new AppError("PERMISSION_DENIED", "Only an administrator may import with triggers off.");
      const { filename } = await findFile(ctx.project.id, options.fileId);
      const wanted = { options, filename, projectId: ctx.project.id, idempotencyKey };
      const job = await db.transaction((tx) => startImport(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status };
    }),

  /** What the job of a check or an import has found and done so far. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const { found, job, project } = await findImport(ctx.user, input.jobId);
    return {
      jobId: job.id,
      kind: job.kind,
      projectSlug: project.slug,
      projectName: project.name,
      filename: found.filename,
      fileId: found.fileId,
      options: (job.kind === "check_import" ? checkOptions : importOptions).parse(job.options),
      report: found.report === null ? null : importReport.parse(found.report),
      safetyBackupId: found.safetyBackupId,
      startedAt: job.startedAt,
      finishedAt: job.finishedAt,
    };
  }),
});

/** What a check or an import has found, for whoever may import into its project. Throws JOB_NOT_FOUND. */
export async function findImport(user: Actor, jobId: string) {
  const missing = () => new AppError("JOB_NOT_FOUND", "There is no such import.");
  const [row] = await db
    .select({ found: dataImports, job: jobs })
    .from(dataImports)
    .innerJoin(jobs, eq(jobs.id, dataImports.jobId))
    .where(eq(dataImports.jobId, jobId));
  if (!row) throw missing();
  const project = await findProject(user, row.found.projectId, { missing });
  requirePermission(project, "import");
  return { ...row, project };
}
