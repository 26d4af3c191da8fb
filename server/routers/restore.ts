import { and, desc, eq, isNotNull } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups, restores } from "@/db/schema";
import { manifestSchema } from "@/jobs/archive/manifest";
import { restoreInput } from "@/jobs/restore-backup/options";
import { preflight } from "@/jobs/restore-backup/preflight";
import { startRestore, startUndo } from "@/jobs/restore-backup/start";
import { requireGood } from "@/server/require-good";
import { findBackup } from "@/server/routers/backup";
import { keyFields, keysFor, notBoth } from "@/server/supplied-keys";
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

/** The backup's own project when it is left out. */
const targetProjectId = projectRef.optional();

export const restoreRouter = router({
  /** What stands in the way of a restore and what it would change. Looks only. */
  preflight: userProcedure
    .meta({ scope: "restore" })
    .input(z.strictObject({ backupId: z.uuid(), targetProjectId, tables: restoreInput.shape.tables }))
    .query(async ({ ctx, input }) => {
      const { backup, target } = await findTarget(ctx.user, input);
      const { connection } = await findDatabase(db, target.databaseId);
      const manifest = manifestSchema.parse(backup.manifest);
      const { slug, name, schemaName: schema } = target;
      const report = await reach(connection, (sql) => preflight(sql, { manifest, schema, tables: input.tables }));
      return { ...report, target: { slug, name, schema } };
    }),

  /** Starts a restore. The answer comes at once; `job.getStatus` tells the rest, `ofJob` what was done. */
  start: userProcedure
    .meta({ scope: "restore", limit: "export" })
    .input(
      restoreInput
        .extend({
          targetProjectId,
          /** The slug of the project whose schema is replaced. */
          confirm: z.string().max(100),
          ...keyFields,
          idempotencyKey,
        })
        .refine(...notBoth),
    )
    .mutation(async ({ ctx, input }) => {
      const { confirm, idempotencyKey, targetProjectId, identity, passphrase, ...options } = input;
      const { backup, target } = await findTarget(ctx.user, { backupId: options.backupId, targetProjectId });
      if (confirm !== target.slug) {
        const error = `To confirm, give the slug of the project whose data are replaced: ${target.slug}.`;
        throw new AppError("VALIDATION_ERROR", error, {
          fields: [{ field: "confirm", error, code: "invalid_value" }],
        });
      }
      await requireGood(backup, "restored");
      const keys = keysFor(backup, { identity, passphrase });
      const wanted = { options, filename: backup.filename, projectId: target.id, idempotencyKey, keys };
      const job = await db.transaction((tx) => startRestore(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status, projectId: target.id, createdAt: job.createdAt };
    }),

  /** What the job of a restore has done so far. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const { restore, project } = await findRestore(ctx.user, input.jobId);
    const [backup] = restore.backupId
      ? await db.select({ rowCount: backups.rowCount }).from(backups).where(eq(backups.id, restore.backupId))
      : [];
    const { jobId, backupId, safetyBackupId, swappedAt, keptUntil, undoneAt, droppedAt } = restore;
    return {
      ...{ jobId, backupId, safetyBackupId, swappedAt, keptUntil, undoneAt, droppedAt },
      projectSlug: project.slug,
      rowCount: backup?.rowCount ?? null,
      canUndo: project.permissions.includes("restore") && isUndoable(restore),
    };
  }),

  /** The last restores of a project that changed it, newest first. */
  list: projectProcedure("view").query(({ ctx }) =>
    db
      .select({
        jobId: restores.jobId,
        backupId: restores.backupId,
        safetyBackupId: restores.safetyBackupId,
        swappedAt: restores.swappedAt,
        keptUntil: restores.keptUntil,
        undoneAt: restores.undoneAt,
        droppedAt: restores.droppedAt,
      })
      .from(restores)
      .where(and(eq(restores.projectId, ctx.project.id), isNotNull(restores.swappedAt)))
      .orderBy(desc(restores.createdAt))
      .limit(20),
  ),

  /** Starts to bring back what a restore has replaced, as long as it is kept. */
  undo: userProcedure
    .meta({ scope: "restore", limit: "export" })
    .input(z.strictObject({ jobId: z.uuid(), idempotencyKey }))
    .mutation(async ({ ctx, input }) => {
      const { restore, project } = await findRestore(ctx.user, input.jobId);
      requirePermission(project, "restore");
      if (!isUndoable(restore))
        throw new AppError(
          "INVALID_JOB_STATUS",
          restore.undoneAt
            ? "This restore was undone already."
            : "What was there before this restore is not kept any more. Restore its safety backup instead.",
        );
      const wanted = { restoreJobId: restore.jobId, projectId: project.id, idempotencyKey: input.idempotencyKey };
      const job = await db.transaction((tx) => startUndo(tx, ctx.origin, wanted));
      return { jobId: job.id, status: job.status };
    }),
});

/** Whether the schema from before is still there to be brought back. */
const isUndoable = ({ keptSchema, undoneAt, droppedAt }: typeof restores.$inferSelect): boolean =>
  keptSchema !== null && !undoneAt && !droppedAt;

/** The backup, and the project whose schema it is to replace. Who restores to another project takes data out of the first. */
async function findTarget(user: Actor, { backupId, targetProjectId }: { backupId: string; targetProjectId?: string }) {
  const { backup, project } = await findBackup(user, backupId);
  const target = targetProjectId === undefined ? project : await findProject(user, targetProjectId);
  if (target.id !== project.id) requirePermission(project, "export");
  requirePermission(target, "restore");
  return { backup, target };
}

async function findRestore(user: Actor, jobId: string) {
  const missing = () => new AppError("JOB_NOT_FOUND", "There is no such restore.");
  const [restore] = await db.select().from(restores).where(eq(restores.jobId, jobId));
  if (!restore) throw missing();
  return { restore, project: await findProject(user, restore.projectId, { missing }) };
}
