import { stat } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import type postgres from "postgres";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataFiles } from "@/db/schema";
import { dataFilePath } from "@/jobs/data-file/files";
import type { ReadOptions } from "@/jobs/data-file/read";
import { recognise } from "@/jobs/data-file/recognise";
import { readTargetSchema, type TargetSchema } from "@/jobs/data-import/catalog";
import type { Reading } from "@/jobs/data-import/options";
import { readingSettings } from "@/jobs/data-import/session";
import { type Begin, type Staged, stageFile } from "@/jobs/data-import/stage";
import { jobsEnv } from "@/jobs/env";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import type { Subject } from "@/jobs/lifecycle/subject";

export type OpenImport = { file: ReadOptions; schema: TargetSchema; staged: Staged };

/** A transaction in which values are read and names are written as an import needs it. */
export const beginWith =
  (session: postgres.Sql, reading: Pick<Reading, "dateOrder">, isolation = ""): Begin =>
  (work) =>
    session.begin(isolation, async (tx) => {
      await tx.unsafe(readingSettings(reading.dateOrder));
      return work(tx);
    }) as never;

type Opening = { session: postgres.Sql; subject: Subject; reading: Reading; filename: string };

/** The file that was uploaded for the project. */
export async function loadFile(projectId: string, fileId: string) {
  const [file] = await db
    .select()
    .from(dataFiles)
    .where(and(eq(dataFiles.id, fileId), eq(dataFiles.projectId, projectId)));
  if (file) return file;
  throw failed({ code: "backup_gone", message: "The uploaded file is not there any more.", hint: "Upload it again." });
}

/** Reads the file and stages its rows. Percent runs from 0 to 100 of the context. */
export async function openImport(
  context: RunContext,
  { session, subject, reading, filename }: Opening,
): Promise<OpenImport> {
  const path = dataFilePath(reading.fileId);
  try {
    const nature = await recognise(path, { filename, ...hintsOf(reading) });
    const { size } = await stat(path);
    const file: ReadOptions = {
      path,
      nature,
      maxBytes: jobsEnv().UNPACKED_MAX_MB * 1_000_000,
      signal: context.signal,
      onBytes(bytesDone) {
        context.report({ bytesDone, progressPercentage: Math.min(95, (95 * bytesDone) / Math.max(1, size)) });
      },
    };
    const begin = beginWith(session, reading);
    const schema = await begin((tx) => readTargetSchema(tx, subject.schema));
    const staged = await stageFile(begin, { file, reading, schema });
    return { file, schema, staged };
  } catch (error) {
    context.signal.throwIfAborted();
    throw error instanceof AppError ? failed({ code: "import_invalid", message: error.message }) : error;
  }
}

function hintsOf({ format, delimiter, encoding }: Reading) {
  return { format, delimiter, encoding };
}
