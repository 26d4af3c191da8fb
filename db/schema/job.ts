import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, real, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, count, createdAt, id, newest } from "./control-plane";
import { projects } from "./project";
import { users } from "./user";

export const jobKind = controlPlane.enum("job_kind", [
  "export_backup",
  "verify_backup",
  "restore_backup",
  "undo_restore",
  "clone_project",
  "compare_backups",
  "import_dump",
  "export_data",
  "check_import",
  "import_data",
  "copy_backup",
  "fetch_backup",
  "verify_copy",
]);
export const jobStatus = controlPlane.enum("job_status", [
  "pending",
  "in_progress",
  "cancelling",
  "cancelled",
  "completed",
  "failed",
]);

/** A trigger tells here the id of each job that is over, whoever ended it. */
export const finishedChannel = "coffer_finished";

export type JobKind = (typeof jobKind.enumValues)[number];
export type JobStatus = (typeof jobStatus.enumValues)[number];

export type JobStep = { name: string; title: string; startedAt: string | null; finishedAt: string | null };

export type TableProgress = {
  name: string;
  state: "waiting" | "running" | "done";
  rows: number | null;
  bytes: number;
  /** What the bytes are expected to become: learned from the last backup, else the size on disk. */
  expectedBytes: number;
};

export type LockWait = { pid: number; user: string; application: string; query: string; seconds: number };

/** What the progress dialog shows beyond the plain columns. */
export type JobProgress = {
  bytesTotal: number;
  rowsEstimate: number | null;
  /** The largest and the current tables; never more than 200. */
  tables: TableProgress[];
  /** Sessions that wait for locks we hold. */
  waiters: LockWait[];
  /** Sessions whose locks we wait for. */
  blockers: LockWait[];
  /** Bytes that have reached the destination so far. */
  bytesWritten: number;
};

/** When each part of a cancelled job was seen to be gone. ISO times. */
export type CancelReceipt = {
  askedAt: string;
  processEndedAt: string | null;
  backendEndedAt: string | null;
  filesRemovedAt: string | null;
};

/** What a person needs to understand a failure. */
export type JobFailure = { hint: string | null; toolOutput: string[]; willRetry: boolean };

/**
 * One piece of slow work. This row is the truth; the queue only rings the doorbell.
 * `fence` rises by one with each claim: a write that carries an older fence hits no row.
 * `attempts` are the ones that count against `maxAttempts`; a graceful stop gives its attempt back.
 * `finishedAt` is null until it is over, however it ends.
 */
export const jobs = controlPlane.table(
  "jobs",
  {
    id: id(),
    kind: jobKind("kind").notNull(),
    status: jobStatus("status").notNull().default("pending"),
    /** Null only until an `import_dump` has made its project. */
    projectId: uuid("project_id").references(() => projects.id, { onDelete: "cascade" }),
    userId: uuid("user_id").references(() => users.id, { onDelete: "set null" }),
    options: jsonb("options").$type<Record<string, unknown>>().notNull(),
    idempotencyKey: text("idempotency_key"),
    requestId: text("request_id"),
    /** The schedule that started it, as long as there is that; no key, for schedules know of jobs. */
    scheduleId: uuid("schedule_id"),

    fence: integer("fence").notNull().default(0),
    attempts: integer("attempts").notNull().default(0),
    maxAttempts: integer("max_attempts").notNull().default(3),
    /** Not to be claimed before this. */
    runAt: at("run_at").notNull().defaultNow(),
    workerId: uuid("worker_id"),
    /** graphile-worker's name for whoever holds the queue entry, so that a dead one can be unlocked. */
    queueWorkerId: text("queue_worker_id"),
    leaseExpiresAt: at("lease_expires_at"),
    cancelRequestedAt: at("cancel_requested_at"),
    cancelRequestedBy: uuid("cancel_requested_by").references(() => users.id, { onDelete: "set null" }),
    cancelReceipt: jsonb("cancel_receipt").$type<CancelReceipt>(),
    /** From here on it can only go forward: what it makes is being put in its place, and its end cannot be asked for. */
    committedAt: at("committed_at"),
    /** The oid of the schema that is about to get its name, while the project for it is not there yet. */
    placingOid: count("placing_oid"),

    steps: jsonb("steps").$type<JobStep[]>().notNull().default([]),
    stepsCompleted: integer("steps_completed").notNull().default(0),
    stepsTotal: integer("steps_total").notNull().default(0),
    currentStep: text("current_step"),
    progressPercentage: real("progress_percentage").notNull().default(0),
    bytesDone: count("bytes_done").notNull().default(0),
    rowsDone: count("rows_done").notNull().default(0),
    tablesDone: integer("tables_done").notNull().default(0),
    tablesTotal: integer("tables_total").notNull().default(0),
    currentTable: text("current_table"),
    bytesPerSecond: count("bytes_per_second"),
    etaSeconds: integer("eta_seconds"),
    progress: jsonb("progress").$type<JobProgress>(),

    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    failure: jsonb("failure").$type<JobFailure>(),

    createdAt: createdAt(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    startedAt: at("started_at"),
    finishedAt: at("finished_at"),
  },
  (t) => [
    index("jobs_by_project").on(t.projectId, newest(t.createdAt), newest(t.id)),
    index("jobs_by_user").on(t.userId, newest(t.createdAt), newest(t.id)),
    index("jobs_by_schedule").on(t.scheduleId, newest(t.createdAt)).where(sql`${t.scheduleId} is not null`),
    index("jobs_by_time").on(newest(t.createdAt), newest(t.id)),
    index("jobs_unfinished").on(t.status, t.runAt).where(sql`${t.finishedAt} is null`),
    index("jobs_unfinished_of_project").on(t.projectId).where(sql`${t.finishedAt} is null`),
    // A double click, or a client that retries, makes one job.
    uniqueIndex("jobs_idempotency_key").on(t.userId, t.idempotencyKey).where(sql`${t.idempotencyKey} is not null`),
    check(
      "jobs_finished_when_over",
      sql`(${t.finishedAt} is not null) = (${t.status} in ('cancelled', 'completed', 'failed'))`,
    ),
    // As text: a value that is new to the enum cannot be used in the transaction that brings it.
    check("jobs_about_a_project", sql`${t.projectId} is not null or ${t.kind}::text = 'import_dump'`),
    check("jobs_lease_while_running", sql`(${t.leaseExpiresAt} is not null) = (${t.workerId} is not null)`),
  ],
);
