import { z } from "zod";
import { AppError } from "@/db/errors";
import { type ImportReport, importReport, problem, tablePlan } from "@/jobs/data-import/report";
import { answerWith, startedJob } from "@/server/rest/present/job";
import type { Asked, OutputOf } from "@/server/rest/row";

export type Status = OutputOf<"job.getStatus">;
export type Found = OutputOf<"dataImport.ofJob">;

/** A job that was started, with what it has found once it is over well. Throws what it failed for because of the file. */
export async function importAtEnd(
  jobId: string,
  asked: Asked,
): Promise<{ job: Status; found: (Found & { report: ImportReport }) | null }> {
  const job = await startedJob(jobId, asked);
  if (job.status === "failed") throwRefusal(job, await reportOf(jobId, asked));
  if (job.status !== "completed") return { job, found: null };
  const found = await asked.call("dataImport.ofJob", { jobId });
  return { job, found: found.report ? { ...found, report: found.report } : null };
}

const reportOf = async (jobId: string, { call }: Asked): Promise<ImportReport | null> =>
  // A file that cannot be read leaves no report.
  call("dataImport.ofJob", { jobId }).then(
    ({ report }) => report,
    () => null,
  );

const refusals: Partial<Record<string, "IMPORT_INVALID" | "IMPORT_CONFLICT" | "PLAN_CHANGED">> = {
  import_invalid: "IMPORT_INVALID",
  import_conflict: "IMPORT_CONFLICT",
  plan_changed: "PLAN_CHANGED",
};

const shownFields = 100;

function throwRefusal({ errorCode, errorMessage }: Status, report: ImportReport | null): void {
  const code = refusals[errorCode ?? ""];
  if (!code) return;
  const fields = report?.problems.slice(0, shownFields).map(({ table, row, field, kind, message }) => ({
    field: [table ?? "file", ...(row === null ? [] : [`row ${row}`]), ...(field === null ? [] : [field])].join("."),
    error: message,
    code: kind,
  }));
  throw new AppError(code, errorMessage ?? "The file cannot be imported.", { fields });
}

/** Beside an answer: the job that has not ended yet, or has ended for another reason than what is in the file. */
export const stillJob = (job: Status) => ({ status: 202, ...answerWith(job) });

/** What a file was found to be. */
export const fileRecord = {
  detectedFormat: importReport.shape.format.meta({ example: "csv" }),
  encoding: z.string(),
  errors: z.array(problem).meta({ description: "The first hundred." }),
  errorCount: z.number().int(),
  warnings: z.array(z.string()),
};

export const presentFile = ({ format, encoding, problems, problemCount, warnings }: ImportReport) => ({
  detectedFormat: format,
  encoding,
  errors: problems,
  errorCount: problemCount,
  warnings,
});

export const operations = z.array(tablePlan);

type Number = "insert" | "update" | "skip" | "delete" | "conflicts" | "rows";

export const total = ({ tables }: ImportReport, what: Number): number =>
  tables.reduce((sum, table) => sum + table[what], 0);
