import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataExports } from "@/db/schema";
import {
  chosenShape,
  type DataExportOptions,
  dataExportOptions,
  everythingShape,
  oneTableShape,
  tableName,
  writingShape,
} from "@/jobs/data/options";
import { readDataSchema } from "@/jobs/data/tables";
import { startDataExport } from "@/jobs/export-data/start";
import { inlineExport } from "@/server/data-export/inline";
import { findDatabase, reach } from "@/server/tenant-database";
import {
  findProject,
  idempotencyKey,
  projectProcedure,
  projectRef,
  requirePermission,
  router,
  userProcedure,
} from "@/server/trpc";

const exporting = () => projectProcedure("export").meta({ scope: "export", limit: "export" });
const of = { projectId: projectRef };

/** What is left out is as an export of everything has it. */
const wish = (given: Partial<DataExportOptions>): DataExportOptions => dataExportOptions.parse(given);

type Exporting = { origin: Parameters<typeof recordAudit>[1]; project: Parameters<typeof inlineExport>[0] };

async function exportInline({ origin, project }: Exporting, options: DataExportOptions) {
  const exported = await inlineExport(project, options);
  await recordAudit(db, origin, {
    action: "data.exported",
    subject: { kind: "project", id: project.id },
    projectId: project.id,
    details: { ...options, rows: exported.recordCount },
  });
  return exported;
}

export const dataRouter = router({
  /** The tables of the live schema whose rows can be exported. */
  tables: projectProcedure("view").query(async ({ ctx: { project } }) => {
    const { connection } = await findDatabase(db, project.databaseId);
    const { tables } = await reach(connection, (session) => readDataSchema(session, project.schemaName));
    return tables.map(({ name, description, rowEstimate, columns }) => ({
      name,
      description,
      rowEstimate,
      columns: columns.map(({ name, type, isNullable }) => ({ name, type, isNullable })),
    }));
  }),

  /** Rows of all tables or some, in the answer where they are few. */
  full: exporting()
    .input(z.strictObject({ ...of, ...writingShape, ...everythingShape }))
    .mutation(({ ctx, input: { projectId: _, ...options } }) => exportInline(ctx, wish(options))),

  /** Rows of one table. */
  table: exporting()
    .input(z.strictObject({ ...of, tableName, ...writingShape, ...oneTableShape }))
    .mutation(({ ctx, input: { projectId: _, ...options } }) => exportInline(ctx, wish(options))),

  /** Chosen rows of one table, with all that belongs to them. */
  rows: exporting()
    .input(z.strictObject({ ...of, tableName, ...writingShape, ...chosenShape, ids: chosenShape.ids.unwrap() }))
    .mutation(({ ctx, input: { projectId: _, ...options } }) => exportInline(ctx, wish(options))),

  /** Starts to write rows into a file, however many they are. */
  startExport: exporting()
    .input(dataExportOptions.extend({ ...of, idempotencyKey }))
    .mutation(async ({ ctx, input: { projectId: _, idempotencyKey, ...options } }) => {
      const wanted = { options, projectId: ctx.project.id, idempotencyKey };
      const job = await db.transaction((tx) => startDataExport(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status };
    }),

  /** The file that a job has made of rows. */
  exportOfJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const { found } = await findDataExport(ctx.user, input.jobId);
    const { filename, sizeBytes, sha256, tableCounts, expiresAt } = found;
    const records = Object.values(tableCounts).reduce((sum, rows) => sum + rows, 0);
    const downloadUrl = `/api/v1/exports/${input.jobId}/download`;
    return { filename, sizeBytes, sha256, tableCounts, records, expiresAt, downloadUrl };
  }),
});

/** The file of a job, for whoever may export from its project. Throws JOB_NOT_FOUND, and FILE_NOT_FOUND once its time is over. */
export async function findDataExport(user: Actor, jobId: string) {
  const [found] = await db.select().from(dataExports).where(eq(dataExports.jobId, jobId));
  if (!found) throw new AppError("FILE_NOT_FOUND", "There is no such file of rows. It may be older than a day.");
  const missing = () => new AppError("JOB_NOT_FOUND", "There is no such export.");
  const project = await findProject(user, found.projectId, missing);
  requirePermission(project, "export");
  if (found.expiresAt.getTime() < Date.now())
    throw new AppError("FILE_NOT_FOUND", "The file of rows is older than a day, and is gone. Export them again.");
  return { found, project };
}
