import { z } from "zod";
import { importSentence } from "@/server/import-words";
import { binary } from "@/server/rest/present/file";
import { fileRecord, importAtEnd, operations, presentFile, stillJob, total } from "@/server/rest/present/import";
import { jobInstead, jobLocation, jobLocationDoc } from "@/server/rest/present/job";
import { type OutputOf, row, type Stream } from "@/server/rest/row";

const tag = "Import";
const usualWait = 30;
const count = z.number().int();

const common = {
  tag,
  method: "POST" as const,
  casing: "snake" as const,
  status: 200,
  idempotent: true,
  waits: usualWait,
  takesFile: true,
  headers: jobLocationDoc,
  otherwise: jobInstead("Still running, or over for a reason that is not the file's: see its `status`."),
};

const errors = ["PROJECT_NOT_FOUND", "FILE_NOT_FOUND", "IMPORT_INVALID", "IDEMPOTENCY_KEY_REUSED"] as const;
const executeErrors = [...errors, "IMPORT_CONFLICT", "PLAN_CHANGED"] as const;

const how = `The file comes as a form (\`file\`), as text in \`data\`, or was uploaded before (\`file_id\`). The answer comes when it is done, or the job after ${usualWait} seconds; \`Prefer: wait=N\` sets how long.`;

const importRecord = z
  .strictObject({
    success: z.literal(true),
    message: z.string(),
    recordsInserted: count,
    recordsUpdated: count,
    recordsSkipped: count,
    recordsDeleted: count,
    recordsFailed: z.literal(0).meta({ description: "An import is made as a whole or not at all." }),
    tableResults: operations,
    errors: z.array(z.never()),
    warnings: z.array(z.string()),
    backupId: z.uuid().nullable().meta({ description: "The backup of what was there before." }),
    importTimestamp: z.iso.datetime(),
    durationSeconds: z.number(),
    jobId: z.uuid(),
  })
  .meta({ id: "Import" });

async function presentImport({ jobId }: OutputOf<"dataImport.execute">, asked: Parameters<typeof importAtEnd>[1]) {
  const { job, found } = await importAtEnd(jobId, asked);
  if (!found) return stillJob(job);
  const { report } = found;
  const ended = job.finishedAt ?? new Date();
  return {
    headers: jobLocation(jobId),
    body: {
      success: true as const,
      message: importSentence(report),
      recordsInserted: total(report, "insert"),
      recordsUpdated: total(report, "update"),
      recordsSkipped: total(report, "skip"),
      recordsDeleted: total(report, "delete"),
      recordsFailed: 0 as const,
      tableResults: report.tables,
      errors: [],
      warnings: report.warnings,
      backupId: found.safetyBackupId,
      importTimestamp: ended.toISOString(),
      durationSeconds: (ended.getTime() - (job.startedAt ?? ended).getTime()) / 1000,
      jobId,
    },
  };
}

export const importRows = [
  row({
    ...common,
    id: "validateImport",
    path: "/api/v1/import/validate",
    summary: "Look at a file of rows",
    description: `Reads every value as the column it goes to does; the project's rows are not looked at. ${how}`,
    procedure: "dataImport.check",
    fixed: { purpose: "validate", importMode: undefined, conflictResolution: undefined },
    errors: [...errors],
    output: z.strictObject({
      valid: z.boolean(),
      ...fileRecord,
      tablesFound: z.array(z.string()),
      recordCounts: z.record(z.string(), count),
      totalRecords: count,
    }),
    async present({ jobId }, asked) {
      const { job, found } = await importAtEnd(jobId, asked);
      if (!found) return stillJob(job);
      const { report } = found;
      return {
        headers: jobLocation(jobId),
        body: {
          valid: report.problemCount === 0,
          ...presentFile(report),
          tablesFound: report.tables.map(({ table }) => table),
          recordCounts: Object.fromEntries(report.tables.map(({ table, rows }) => [table, rows])),
          totalRecords: total(report, "rows"),
        },
      };
    },
  }),

  row({
    ...common,
    id: "dryRunImport",
    path: "/api/v1/import/dry-run",
    summary: "See what an import would do",
    description: `Makes the plan that an import carries out, and looks for everything that stands in its way. Changes nothing. ${how}`,
    procedure: "dataImport.check",
    fixed: { purpose: "dry_run" },
    errors: [...errors],
    output: z.strictObject({
      success: z.boolean().meta({ description: "Whether the import would succeed." }),
      willInsert: count,
      willUpdate: count,
      willSkip: count,
      willDelete: count,
      conflicts: count.meta({ description: "Rows whose key is there already." }),
      ...fileRecord,
      tableOperations: operations,
      jobId: z
        .uuid()
        .meta({ description: "For `dry_run_id` of the import, which then comes to these numbers or fails." }),
      fileId: z
        .uuid()
        .nullable()
        .meta({ description: "For `file_id` of the import, so that the file is not sent again." }),
    }),
    async present({ jobId }, asked) {
      const { job, found } = await importAtEnd(jobId, asked);
      if (!found) return stillJob(job);
      const { report } = found;
      return {
        headers: jobLocation(jobId),
        body: {
          success: report.problemCount === 0,
          willInsert: total(report, "insert"),
          willUpdate: total(report, "update"),
          willSkip: total(report, "skip"),
          willDelete: total(report, "delete"),
          conflicts: total(report, "conflicts"),
          ...presentFile(report),
          tableOperations: report.tables,
          jobId,
          fileId: found.fileId,
        },
      };
    },
  }),

  row({
    ...common,
    id: "executeImport",
    path: "/api/v1/import/execute",
    summary: "Import a file of rows",
    description: `In one transaction, all or nothing, to the numbers of the plan. A safety backup comes first unless \`create_backup\` is false. ${how}`,
    procedure: "dataImport.execute",
    errors: [...executeErrors],
    output: importRecord,
    present: presentImport,
  }),

  row({
    ...common,
    id: "importTable",
    path: "/api/v1/import/{table}",
    summary: "Import a file of rows of one table",
    description: `As \`/api/v1/import/execute\` does. ${how}`,
    procedure: "dataImport.execute",
    errors: [...executeErrors],
    output: importRecord,
    present: presentImport,
  }),
];

export const importStreams: Stream[] = [
  {
    id: "downloadImportProblems",
    tag,
    method: "GET",
    path: "/api/v1/imports/{job_id}/problems.csv",
    summary: "Download all problems that a dry run or an import has found",
    description:
      "As CSV: line, row, table, field, kind, message, value. As long as the file is kept, which is a day at most.",
    status: 200,
    errors: ["PERMISSION_DENIED", "JOB_NOT_FOUND", "FILE_NOT_FOUND", "DATABASE_UNREACHABLE", "METHOD_NOT_ALLOWED"],
    parameters: { path: z.object({ job_id: z.uuid() }) },
    content: { "text/csv": binary },
    headers: { "Content-Disposition": "The file's name." },
  },
];
