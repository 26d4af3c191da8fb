import { z } from "zod";
import { AppError } from "@/db/errors";
import type { backups } from "@/db/schema";
import { liveSide } from "@/jobs/compare/live";
import { compareStructure, type Side } from "@/jobs/compare/structure";
import { failureOf } from "@/jobs/lifecycle/failure";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { definitionsOf, leaving, manifestOf } from "@/server/browse";
import { findBackup } from "@/server/routers/backup";
import { requirePermission, router, userProcedure } from "@/server/trpc";

const input = z.strictObject({
  backupId: z.uuid(),
  otherId: z.uuid().optional().meta({ description: "Another backup of the same project; the live schema without it." }),
});

export const comparisonRouter = router({
  /**
   * How another backup of the project, or its live schema, differs from a backup: tables, columns, what belongs to them, other
   * objects, and how many rows there are. No row is read of a backup; those of the live schema are counted.
   */
  structure: userProcedure.input(input).query(async ({ ctx, input, signal }) => {
    const { backup, project } = await findBackup(ctx.user, input.backupId);
    const other = input.otherId === undefined ? null : (await findBackup(ctx.user, input.otherId)).backup;
    if (other && other.projectId !== backup.projectId)
      throw new AppError("VALIDATION_ERROR", "Both backups have to be of the same project.");
    if (!other) requirePermission(project, "export");
    const before = await sideOf(backup);
    const after = other ? await sideOf(other) : await live(backup.projectId, leaving(signal, ctx.gone));
    return {
      other: other && { id: other.id, filename: other.filename, createdAt: other.createdAt },
      ...compareStructure(before, after),
    };
  }),
});

async function sideOf(backup: typeof backups.$inferSelect): Promise<Side> {
  const { objects } = await definitionsOf(backup);
  return { objects, tables: manifestOf(backup).tables };
}

async function live(projectId: string, signal: AbortSignal): Promise<Side> {
  try {
    return await liveSide(await loadSubject(projectId), signal);
  } catch (error) {
    const { code, message } = failureOf(error);
    throw code === "internal_error" ? error : new AppError("DATABASE_UNREACHABLE", message);
  }
}
