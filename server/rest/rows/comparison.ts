import { z } from "zod";
import { answerWith, jobInstead, jobLocation, jobLocationDoc, startedJob } from "@/server/rest/present/job";
import { type OutputOf, row } from "@/server/rest/row";

const tag = "Backups";

const difference = z.strictObject({ name: z.string(), before: z.string().nullable(), after: z.string().nullable() });
const tableDifference = z.strictObject({
  name: z.string(),
  kind: z.string(),
  verdict: z.enum(["added", "removed", "changed", "same"]).meta({ description: "Of the structure." }),
  rowsBefore: z.number().int().nullable(),
  rowsAfter: z.number().int().nullable(),
  columns: z.array(difference),
  others: z.array(difference).meta({ description: "Indexes, constraints, triggers, comments and so on." }),
});
const objectDifference = difference.extend({ kind: z.string(), verdict: z.enum(["added", "removed", "changed"]) });

const comparisonRecord = z
  .strictObject({
    jobId: z.uuid(),
    backupId: z.uuid(),
    otherId: z.uuid().nullable().meta({ description: "Null: the live schema." }),
    createdAt: z.iso.datetime(),
    tables: z.array(
      z.strictObject({
        table: z.string(),
        key: z.array(z.string()).meta({ description: "The columns of the primary key; none when there is no key." }),
        columns: z.array(z.string()).meta({ description: "Those that were compared: both sides have them." }),
        added: z.number().int(),
        removed: z.number().int(),
        changed: z.number().int(),
        same: z.number().int(),
        first: z
          .array(
            z.strictObject({ key: z.array(z.string().nullable()), verdict: z.enum(["added", "removed", "changed"]) }),
          )
          .meta({
            description: "The first hundred rows that differ, by key; by the row itself where there is no key.",
          }),
      }),
    ),
  })
  .meta({ id: "Comparison" });

export const comparisonRows = [
  row({
    id: "compareBackup",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/compare",
    summary: "Compare a backup with another one, or with the live schema",
    description:
      "Tables, columns and whatever belongs to them, other objects, and row counts; what differs comes first. Before is this backup, after is the other one, or the live schema when `other_id` is left out: that needs the permission to export, and counts its rows for 20 seconds at most.",
    procedure: "comparison.structure",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND", "BACKUP_CORRUPT", "WRONG_KEY", "PERMISSION_DENIED", "DATABASE_UNREACHABLE"],
    output: z.strictObject({ tables: z.array(tableDifference), objects: z.array(objectDifference) }),
    present: ({ tables, objects }) => ({ body: { tables, objects } }),
  }),

  row({
    id: "compareBackupRows",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/compare/rows",
    summary: "Compare the rows of some tables of a backup",
    description:
      "With those of another backup of the project, or of the live schema when `other_id` is left out; by primary key, in the columns that both have. Both sides are read, so this is a job: poll it, then read the result. With `Prefer: wait=N` the answer comes when it is there.",
    procedure: "comparison.start",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    idempotent: true,
    waits: true,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "NOT_FOUND", "TABLE_NOT_FOUND", "IDEMPOTENCY_KEY_REUSED"],
    headers: jobLocationDoc,
    output: comparisonRecord,
    otherwise: jobInstead("Still running, or over without a result."),
    async present({ jobId }, asked) {
      const job = await startedJob(jobId, asked);
      if (job.status !== "completed") return { status: 202, ...answerWith(job) };
      return { body: presentComparison(await asked.call("comparison.ofJob", { jobId })), headers: jobLocation(jobId) };
    },
    example: { body: { tables: ["orders"] } },
  }),

  row({
    id: "listComparisons",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/compare/rows",
    summary: "List the comparisons of a backup's rows, newest first",
    procedure: "comparison.list",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["BACKUP_NOT_FOUND"],
    output: z.array(comparisonRecord),
    present: (found) => ({ body: found.map(presentComparison) }),
  }),
];

function presentComparison(found: OutputOf<"comparison.list">[number]): z.input<typeof comparisonRecord> {
  const { jobId, backupId, otherId, createdAt, tables } = found;
  return { jobId, backupId, otherId, createdAt: createdAt.toISOString(), tables };
}
