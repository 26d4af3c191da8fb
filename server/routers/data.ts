import { z } from "zod";
import { db } from "@/db/client";
import { dataExportOptions, fullExport, rowsExport, tableExport, type Wish, wishOf } from "@/jobs/data/options";
import { readDataSchema } from "@/jobs/data/tables";
import { startDataExport } from "@/jobs/export-data/start";
import { leaving } from "@/server/browse";
import { choiceOf } from "@/server/data-export";
import { inlineExport } from "@/server/data-inline";
import { findExport } from "@/server/find-export";
import { noteOnRequest } from "@/server/request-log";
import { findDatabase, reach } from "@/server/tenant-database";
import { idempotencyKey, projectProcedure, projectRef, router, userProcedure } from "@/server/trpc";

const ofProject = { projectId: projectRef };
const exporting = projectProcedure("export").meta({ scope: "export", limit: "export" });

type Ctx = Omit<Parameters<typeof inlineExport>[0], "wish" | "gone"> & { gone?: AbortSignal };
type Call = { ctx: Ctx; signal: AbortSignal | undefined };
const answer = ({ ctx, signal }: Call, wish: Wish) => inlineExport({ ...ctx, wish, gone: leaving(signal, ctx.gone) });

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

  /** The rows of all tables, or of some, as they are in one moment. */
  full: exporting
    .input(fullExport.extend(ofProject))
    .mutation(({ input: { projectId: _, ...rest }, ...call }) => answer(call, { what: "full", ...rest })),

  /** The rows of one table that fit the filters. */
  table: exporting
    .input(tableExport.extend(ofProject))
    .mutation(({ input: { projectId: _, ...rest }, ...call }) => answer(call, { what: "table", ...rest })),

  /** Chosen rows of a table, with everything that belongs to them. */
  rows: exporting
    .input(rowsExport.extend(ofProject))
    .mutation(({ input: { projectId: _, ...rest }, ...call }) => answer(call, { what: "rows", ...rest })),

  /** Starts an export to a file. The answer comes at once; `job.getStatus` tells the rest, `exportOfJob` what came of it. */
  startExport: exporting
    .input(dataExportOptions.extend({ ...ofProject, idempotencyKey }))
    .mutation(async ({ ctx, input: { projectId: _, idempotencyKey, ...options } }) => {
      const wish = wishOf(options);
      const job = await db.transaction((tx) =>
        startDataExport(tx, ctx.origin, { projectId: ctx.project.id, options, told: choiceOf(wish), idempotencyKey }),
      );
      noteOnRequest({ jobId: job.id });
      return { jobId: job.id, status: job.status };
    }),

  /** The file that a job has made, for as long as it is kept. */
  exportOfJob: userProcedure
    .meta({ scope: "export" })
    .input(z.object({ jobId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const { file } = await findExport(ctx.user, input.jobId);
      return file;
    }),
});
