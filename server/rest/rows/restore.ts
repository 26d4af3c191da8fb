import { z } from "zod";
import { preflightReport } from "@/jobs/restore-backup/preflight-report";
import {
  answerWith,
  jobAnswer,
  jobInstead,
  jobLocation,
  jobLocationDoc,
  presentStarted,
  startedJob,
} from "@/server/rest/present/job";
import { row } from "@/server/rest/row";

const tag = "Restore";

const restoreRecord = z
  .strictObject({
    success: z.literal(true),
    message: z.string(),
    backupId: z.uuid().nullable(),
    /** The backup of what was there before; null when none was wanted, or nothing was there. */
    safetyBackupId: z.uuid().nullable(),
    recordsRestored: z.number(),
    restoreTimestamp: z.iso.datetime(),
    jobId: z.uuid(),
    /** Until then it can be undone. */
    keptUntil: z.iso.datetime().nullable(),
  })
  .meta({ id: "Restore" });

export const restoreRows = [
  row({
    id: "preflightRestore",
    tag,
    method: "GET",
    path: "/api/v1/backups/{id}/restore/preflight",
    summary: "See what a restore would meet and change",
    description: "Looks only. A restore is not begun while any finding has the level `stop`.",
    procedure: "restore.preflight",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    errors: ["PERMISSION_DENIED", "BACKUP_NOT_FOUND", "PROJECT_NOT_FOUND", "DATABASE_UNREACHABLE"],
    output: preflightReport.extend({
      target: z.strictObject({ slug: z.string(), name: z.string(), schema: z.string() }),
    }),
    present: (report) => ({ body: report }),
  }),

  row({
    id: "restoreBackup",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/restore",
    summary: "Restore a backup in place of a project's schema",
    description:
      "Backs up what is there, restores beside it, compares every table, and swaps the two in one short transaction. Until then the live schema is untouched; afterwards it can be undone. `confirm` is the slug of the project whose data are replaced. With `Prefer: wait=N` the answer comes when it is done; else poll the job.",
    procedure: "restore.start",
    casing: "snake",
    rename: { id: "backupId" },
    status: 200,
    idempotent: true,
    waits: true,
    errors: [
      "PERMISSION_DENIED",
      "BACKUP_NOT_FOUND",
      "PROJECT_NOT_FOUND",
      "BACKUP_CORRUPT",
      "WRONG_KEY",
      "IDEMPOTENCY_KEY_REUSED",
    ],
    headers: jobLocationDoc,
    output: restoreRecord,
    otherwise: jobInstead("Still running, or over without success: see its `status`."),
    async present({ jobId }, asked) {
      const job = await startedJob(jobId, asked);
      if (job.status !== "completed") return { status: 202, ...answerWith(job) };
      const { rowCount, swappedAt, keptUntil, ...done } = await asked.call("restore.ofJob", { jobId });
      return {
        headers: jobLocation(jobId),
        body: {
          success: true as const,
          message: "The backup was restored.",
          backupId: done.backupId,
          safetyBackupId: done.safetyBackupId,
          recordsRestored: rowCount ?? 0,
          restoreTimestamp: (swappedAt ?? new Date()).toISOString(),
          jobId,
          keptUntil: keptUntil?.toISOString() ?? null,
        },
      };
    },
    example: { body: { confirm: "acme" } },
  }),

  row({
    id: "undoRestore",
    tag,
    method: "POST",
    path: "/api/v1/restores/{job_id}/undo",
    summary: "Undo a restore",
    description:
      "Brings back the schema that the restore has replaced, while that is kept. What was written since the restore goes with it.",
    procedure: "restore.undo",
    casing: "snake",
    status: 202,
    idempotent: true,
    waits: true,
    optionalBody: true,
    errors: ["PERMISSION_DENIED", "JOB_NOT_FOUND", "INVALID_JOB_STATUS", "IDEMPOTENCY_KEY_REUSED"],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
  }),

  row({
    id: "cloneBackup",
    tag,
    method: "POST",
    path: "/api/v1/backups/{id}/clone",
    summary: "Clone a backup to a new project",
    description:
      "Restores the backup as a schema of its own, in the same database or another registered one, compares every table, and makes the project. Only for administrators.",
    procedure: "clone.start",
    casing: "snake",
    rename: { id: "backupId" },
    status: 202,
    idempotent: true,
    waits: true,
    errors: [
      "PERMISSION_DENIED",
      "BACKUP_NOT_FOUND",
      "DATABASE_NOT_FOUND",
      "ALREADY_EXISTS",
      "BACKUP_CORRUPT",
      "WRONG_KEY",
      "IDEMPOTENCY_KEY_REUSED",
    ],
    headers: jobLocationDoc,
    output: jobAnswer,
    present: presentStarted,
    example: { body: { slug: "acme-staging", name: "Acme staging", schema_name: "tenant_acme_staging" } },
  }),
];
