import { and, eq, not } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataFiles, type projects } from "@/db/schema";
import { dataFormats } from "@/jobs/data/format";
import { type DataTable, readDataSchema } from "@/jobs/data/tables";
import { expiresAt, isWanted } from "@/jobs/data-file/expiry";
import { dataFilePath, removeDataFile } from "@/jobs/data-file/files";
import { type InspectedTable, inspect } from "@/jobs/data-file/inspect";
import { suggestColumns, suggestTable } from "@/jobs/data-file/suggest";
import { encodings } from "@/jobs/data-file/text";
import { findDatabase, reach } from "@/server/tenant-database";
import { projectProcedure, router } from "@/server/trpc";

const noFile = () =>
  new AppError("FILE_NOT_FOUND", "There is no such upload in this project. It may be older than a day.");

/** The file if it was uploaded to this project. Throws FILE_NOT_FOUND. */
export async function findFile(projectId: string, id: string) {
  const isThis = and(eq(dataFiles.id, id), eq(dataFiles.projectId, projectId));
  const [file] = await db.select().from(dataFiles).where(isThis);
  if (!file) throw noFile();
  return file;
}

async function tablesOf(project: Pick<typeof projects.$inferSelect, "databaseId" | "schemaName">) {
  const { connection } = await findDatabase(db, project.databaseId);
  return (await reach(connection, (session) => readDataSchema(session, project.schemaName))).tables;
}

/** Where a source's rows most likely belong. What is computed cannot be given, so it is not suggested. */
function suggested(source: InspectedTable, filename: string, tables: DataTable[]) {
  const suggestion = suggestTable(
    source.name,
    filename,
    tables.map(({ name }) => name),
  );
  const columns = tables.find(({ name }) => name === suggestion)?.columns ?? [];
  const names = columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name);
  return { ...source, suggestedTable: suggestion, suggestedColumns: suggestColumns(source.fields, names) };
}

export const dataFileRouter = router({
  /** What the head of an uploaded file shows, with where its rows most likely belong, and the tables that there are. */
  inspect: projectProcedure("import")
    .input(
      z.object({
        fileId: z.uuid(),
        format: z.enum(dataFormats).optional(),
        delimiter: z.string().length(1).optional(),
        encoding: z.enum(encodings).optional(),
      }),
    )
    .query(async ({ ctx: { project }, input: { fileId, format, delimiter, encoding } }) => {
      const file = await findFile(project.id, fileId);
      const { filename } = file;
      const inspection = await inspect(dataFilePath(fileId), { filename, format, delimiter, encoding });
      const tables = await tablesOf(project);
      return {
        fileId,
        filename,
        sizeBytes: file.sizeBytes,
        sha256: file.sha256,
        expiresAt: expiresAt(file.createdAt),
        ...inspection,
        tables: inspection.tables.map((source) => suggested(source, filename, tables)),
        targets: tables.map(({ name, columns, keys }) => ({ name, columns, keys })),
      };
    }),

  /** Removes an uploaded file that no import needs any more. */
  remove: projectProcedure("import")
    .input(z.object({ fileId: z.uuid() }))
    .mutation(async ({ ctx: { project, origin }, input: { fileId } }) => {
      await findFile(project.id, fileId);
      await db.transaction(async (tx) => {
        const [file] = await tx
          .delete(dataFiles)
          .where(and(eq(dataFiles.id, fileId), not(isWanted)))
          .returning();
        if (!file) throw new AppError("PROJECT_BUSY", "An import needs this file. Cancel the import first.");
        await recordAudit(tx, origin, {
          action: "data.removed",
          subject: { kind: "data_file", id: fileId },
          projectId: project.id,
          details: { filename: file.filename },
        });
      });
      await removeDataFile(fileId);
      return { fileId };
    }),
});
