import { eq, inArray } from "drizzle-orm";
import { z } from "zod";
import type { Origin } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups, projects } from "@/db/schema";
import { type Candidate, type Policy, planRetention, type Verdict } from "@/jobs/retention/plan";
import { removeBackup } from "@/jobs/retention/remove";
import { findProject, projectRef, requirePermission, router, userProcedure } from "@/server/trpc";

const some = z.number().int().min(0).max(10_000).optional();

const policyInput = z.strictObject({
  projectId: projectRef.optional(),
  keepCount: some,
  olderThanDays: some,
  keepDaily: some,
  keepWeekly: some,
  keepMonthly: some,
  deleteUnverified: z.boolean().default(false),
  deleteFailed: z.boolean().default(false),
  /** Only tells what would be done. */
  dryRun: z.boolean().default(false),
});

export const cleanupRouter = router({
  /** Removes the backups that a policy gives up, of one project or, for administrators, of all; or only tells which, and why. */
  run: userProcedure.input(policyInput).mutation(async ({ ctx, input: { projectId, dryRun, ...policy } }) => {
    const project = projectId === undefined ? null : await findProject(ctx.user, projectId);
    if (project) requirePermission(project, "manage");
    else if (ctx.user.role !== "admin")
      throw new AppError(
        "PERMISSION_DENIED",
        "Only an administrator may clean up all projects. Name one that you manage.",
      );
    const { verdicts, sizes } = await plan(project?.id, policy);
    const given = verdicts.filter(({ keep }) => !keep);
    const removed = dryRun ? given.map(({ id }) => id) : await removeAll(ctx.origin, given);
    return {
      deletedIds: removed,
      freedBytes: removed.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0),
      deleted: given.filter(({ id }) => removed.includes(id)),
      kept: verdicts.filter(({ keep }) => keep),
    };
  }),
});

async function plan(projectId: string | undefined, policy: Policy) {
  const rows = await db
    .select({
      id: backups.id,
      projectId: backups.projectId,
      createdAt: backups.createdAt,
      status: backups.status,
      verifiedAt: backups.verifiedAt,
      pinnedAt: backups.pinnedAt,
      sizeBytes: backups.sizeBytes,
    })
    .from(backups)
    .where(
      projectId
        ? eq(backups.projectId, projectId)
        : inArray(backups.projectId, db.select({ id: projects.id }).from(projects)),
    );
  const candidates: Candidate[] = rows.map((row) => ({
    id: row.id,
    projectId: row.projectId,
    createdAt: row.createdAt,
    isGood: row.status === "available",
    isProven: row.verifiedAt !== null,
    isPinned: row.pinnedAt !== null,
    isInUse: false,
  }));
  return {
    verdicts: planRetention(candidates, policy, new Date()),
    sizes: new Map(rows.map(({ id, sizeBytes }) => [id, sizeBytes])),
  };
}

/** One by one, each in a transaction of its own: what was removed before a fault stays removed, and written down. */
async function removeAll(origin: Origin, verdicts: Verdict[]): Promise<string[]> {
  const removed: string[] = [];
  for (const { id, reasons } of verdicts) {
    const bytes = await db.transaction((tx) => removeBackup(tx, origin, { id, action: "backup.cleaned_up", reasons }));
    if (bytes !== null) removed.push(id);
  }
  return removed;
}
