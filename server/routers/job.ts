import { and, count, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { jobKind, jobStatus, jobs, projectMembers, projects, schedules, users } from "@/db/schema";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { startJob } from "@/jobs/lifecycle/start";
import { requireKey } from "@/server/encryption-key";
import { findStatus, listedJob } from "@/server/job-status";
import { after, decodeCursor, encodeCursor, keyset, pageInput } from "@/server/keyset";
import { noteOnRequest } from "@/server/request-log";
import { findProject, idempotencyKey, projectRef, requirePermission, router, userProcedure } from "@/server/trpc";

const filters = z.strictObject({
  projectId: projectRef.optional(),
  status: z.array(z.enum(jobStatus.enumValues)).max(jobStatus.enumValues.length).optional(),
  kind: z.enum(jobKind.enumValues).optional(),
  /** Only jobs that are not over. */
  unfinished: z.boolean().optional(),
});

async function conditions(user: Actor, input: z.infer<typeof filters>) {
  const project = input.projectId ? await findProject(user, input.projectId) : null;
  return [
    user.role === "admin" ? undefined : eq(jobs.userId, user.id),
    project ? eq(jobs.projectId, project.id) : undefined,
    input.status ? inArray(jobs.status, input.status) : undefined,
    input.kind ? eq(jobs.kind, input.kind) : undefined,
    input.unfinished ? isNull(jobs.finishedAt) : undefined,
  ];
}

export const jobRouter = router({
  /** Everything the progress dialog shows, until the end and after it. */
  getStatus: userProcedure
    .meta({ limit: "status" })
    .input(z.object({ jobId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      noteOnRequest({ jobId: input.jobId });
      const row = await findStatus({ jobId: input.jobId, userId: ctx.user.id });
      if (!row) throw notFound();
      if (ctx.user.role !== "admin") {
        if (row.permissions === null) throw notFound();
        // What a schedule has started is for everybody in the project.
        if (row.userId !== null && row.userId !== ctx.user.id)
          throw new AppError("PERMISSION_DENIED", "This job was started by somebody else.");
      }
      const { permissions, ...job } = row;
      return job;
    }),

  /** The caller's jobs, newest first; an admin sees all. */
  list: userProcedure.input(filters.extend(pageInput.shape)).query(async ({ ctx, input }) => {
    const rows = await db
      .select(listedJob)
      .from(jobs)
      .leftJoin(projects, eq(projects.id, jobs.projectId))
      .leftJoin(users, eq(users.id, jobs.userId))
      .where(
        and(
          ...(await conditions(ctx.user, input)),
          after(decodeCursor(input.cursor), { at: jobs.createdAt, id: jobs.id }),
        ),
      )
      .orderBy(desc(jobs.createdAt), desc(jobs.id))
      .limit(input.limit + 1);
    return keyset(rows, input.limit, (row) => encodeCursor({ at: row.createdAt, id: row.id }));
  }),

  /** How many jobs the same filters find. */
  totals: userProcedure.input(filters).query(async ({ ctx, input }) => {
    const [row] = await db
      .select({ count: count() })
      .from(jobs)
      .where(and(...(await conditions(ctx.user, input))));
    return { count: row?.count ?? 0 };
  }),

  /** Asks for the end of a job; `getStatus` gives the receipt. */
  cancel: userProcedure
    .meta({ scope: "export" })
    .input(z.object({ jobId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const job = await visibleJob(ctx.user, input.jobId);
      noteOnRequest({ jobId: job.id, projectId: job.projectId });
      if (job.userId !== ctx.user.id && ctx.user.role !== "admin") {
        throw new AppError(
          "UNAUTHORIZED_CANCELLATION",
          "Only the one who started this job, or an administrator, may cancel it.",
        );
      }
      return db.transaction(async (tx) => {
        const status = await requestCancel(tx, job.id, ctx.user.id);
        await recordAudit(tx, ctx.origin, {
          action: "job.cancel_requested",
          subject: { kind: "job", id: job.id },
          projectId: job.projectId,
        });
        return { jobId: job.id, status };
      });
    }),

  /** Starts the same work again, with the same options. */
  retry: userProcedure
    .meta({ scope: "export", limit: "export" })
    .input(z.strictObject({ jobId: z.uuid(), idempotencyKey }))
    .mutation(async ({ ctx, input: { jobId, idempotencyKey } }) => {
      const job = await visibleJob(ctx.user, jobId);
      const { kind } = job;
      if (kind !== "export_backup" && kind !== "verify_backup" && kind !== "compare_backups" && kind !== "export_data")
        throw new AppError(
          "INVALID_JOB_STATUS",
          "Start it anew where it was started: what it changes has to be confirmed again.",
        );
      const project = await findProject(ctx.user, job.projectId ?? "");
      requirePermission(project, "export");
      if (!job.finishedAt) throw new AppError("INVALID_JOB_STATUS", "This job is still running.");
      if (job.options.keysSupplied === true) throw new AppError("WRONG_KEY", keyIsGone);
      return db.transaction(async (tx) => {
        const options = await retriedOptions(tx, ctx.user, job);
        const started = await startJob(tx, ctx.origin, {
          kind,
          projectId: job.projectId,
          options,
          steps: job.steps,
          idempotencyKey,
          ...(job.scheduleId && { scheduleId: job.scheduleId }),
        });
        if (!started.isNew) return { jobId: started.id, status: started.status };
        if (job.options.encrypt === true) await requireKey(tx);
        await recordAudit(tx, ctx.origin, {
          action: startedActions[kind],
          subject: { kind: "job", id: started.id },
          projectId: job.projectId,
          details: { ...options, retryOf: job.id },
        });
        return { jobId: started.id, status: started.status };
      });
    }),
});

/**
 * Its options, without the address of a mail that nobody who retries it answers for: the link in it is in the name of whoever started the
 * job, or of whoever answers for the schedule, with the address that this has now.
 */
async function retriedOptions(tx: Tx, user: Actor, { options, userId, scheduleId }: typeof jobs.$inferSelect) {
  const { notifyEmail, ...others } = options;
  if (notifyEmail === undefined) return options;
  const [schedule] = await tx
    .select({ options: schedules.options })
    .from(schedules)
    .where(scheduleId === null ? sql`false` : eq(schedules.id, scheduleId));
  const isKept = scheduleId === null ? userId === user.id : schedule?.options.notifyEmail === notifyEmail;
  return isKept ? options : others;
}

const keyIsGone =
  "This was started with a key, which is not kept. Start it again from the backup's page, with the key.";

/** What the audit calls the start of each kind of job that can simply be repeated. */
const startedActions = {
  export_backup: "export.started",
  verify_backup: "backup.verification_started",
  compare_backups: "backup.comparison_started",
  export_data: "data.export_started",
} as const;

const notFound = () => new AppError("JOB_NOT_FOUND", "There is no such job.");

/** A job in a project that the user may see. */
async function visibleJob(user: Actor, jobId: string) {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
  if (!job) throw notFound();
  if (user.role !== "admin") {
    if (job.projectId === null) throw notFound();
    const [member] = await db
      .select({ userId: projectMembers.userId })
      .from(projectMembers)
      .where(and(eq(projectMembers.projectId, job.projectId), eq(projectMembers.userId, user.id)));
    if (!member) throw notFound();
  }
  return job;
}
