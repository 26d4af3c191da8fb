import { desc, eq } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { type backups, comparisons } from "@/db/schema";
import { liveSide } from "@/jobs/compare/live";
import { compareStructure, type Side } from "@/jobs/compare/structure";
import { compareOptions } from "@/jobs/compare-backups/options";
import { startComparison } from "@/jobs/compare-backups/start";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { definitionsOf, leaving, manifestOf, tableOf } from "@/server/browse";
import { findBackup } from "@/server/routers/backup";
import { toUnreachable } from "@/server/tenant-database";
import { idempotencyKey, requirePermission, router, userProcedure } from "@/server/trpc";

const input = z.strictObject({
  backupId: z.uuid(),
  otherId: z.uuid().optional().meta({ description: "Another backup of the same project; the live schema without it." }),
});

export const comparisonRouter = router({
  /** Starts to compare the rows of some tables by key. `job.getStatus` tells how it goes, `ofJob` and `list` what was found. */
  start: userProcedure
    .meta({ scope: "export", limit: "export" })
    .input(compareOptions.extend({ otherId: z.uuid().optional(), idempotencyKey }))
    .mutation(async ({ ctx, input: { idempotencyKey, otherId = null, ...rest } }) => {
      const { backup, project } = await findBackup(ctx.user, rest.backupId);
      requirePermission(project, "export");
      await otherBackup(ctx.user, { backup, otherId });
      for (const table of rest.tables) tableOf(backup, table);
      const options = { ...rest, otherId };
      const job = await db.transaction((tx) => startComparison(tx, ctx.origin, { backup, options, idempotencyKey }));
      return { jobId: job.id, status: job.status };
    }),

  /** The comparisons of a backup's rows, newest first. */
  list: userProcedure.input(z.strictObject({ backupId: z.uuid() })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    return db
      .select()
      .from(comparisons)
      .where(eq(comparisons.backupId, backup.id))
      .orderBy(desc(comparisons.createdAt), desc(comparisons.id))
      .limit(20);
  }),

  /** What a job that compared rows has found. */
  ofJob: userProcedure.input(z.strictObject({ jobId: z.uuid() })).query(async ({ ctx, input }) => {
    const [found] = await db.select().from(comparisons).where(eq(comparisons.jobId, input.jobId));
    const missing = () => new AppError("NOT_FOUND", "There is no such comparison.");
    if (!found) throw missing();
    const { project } = await findBackup(ctx.user, found.backupId, missing);
    return { ...found, projectSlug: project.slug };
  }),

  /**
   * How another backup of the project, or its live schema, differs from a backup: tables, columns, what belongs to them, other
   * objects, and how many rows there are. No row is read of a backup; those of the live schema are counted.
   */
  structure: userProcedure.input(input).query(async ({ ctx, input, signal }) => {
    const { backup, project } = await findBackup(ctx.user, input.backupId);
    const other = await otherBackup(ctx.user, { backup, otherId: input.otherId ?? null });
    if (!other) requirePermission(project, "export");
    const before = await sideOf(backup);
    const after = other ? await sideOf(other) : await live(backup.projectId, leaving(signal, ctx.gone));
    return {
      other: other && { id: other.id, filename: other.filename, createdAt: other.createdAt },
      ...compareStructure(before, after),
    };
  }),
});

type Backup = typeof backups.$inferSelect;

/** The backup to compare with; null for the live schema. */
async function otherBackup(user: Actor, { backup, otherId }: { backup: Backup; otherId: string | null }) {
  if (otherId === null) return null;
  const { backup: other } = await findBackup(user, otherId);
  if (other.projectId === backup.projectId) return other;
  throw new AppError("VALIDATION_ERROR", "Both backups have to be of the same project.");
}

async function sideOf(backup: Backup): Promise<Side> {
  const { objects } = await definitionsOf(backup);
  return { objects, tables: manifestOf(backup).tables };
}

async function live(projectId: string, signal: AbortSignal): Promise<Side> {
  try {
    return await liveSide(await loadSubject(projectId), signal);
  } catch (error) {
    throw toUnreachable(error);
  }
}
