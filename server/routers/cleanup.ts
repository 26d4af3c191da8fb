import { eq } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "@/db/errors";
import { backups } from "@/db/schema";
import { planCleanup, removeAll } from "@/jobs/retention/clean-up";
import { policyInput } from "@/jobs/retention/policy";
import { timeZone } from "@/server/time-zone";
import { findProject, projectRef, requirePermission, router, userProcedure } from "@/server/trpc";

const cleanupInput = policyInput.extend({
  projectId: projectRef.optional(),
  /** Whose days, weeks and months the policy means. */
  timeZone: timeZone.default("UTC"),
  /** Only tells what would be done. */
  dryRun: z.boolean().default(false),
  /** The `planId` of a dry run: nothing is removed if by now the policy would remove anything else. */
  planId: z.string().max(100).optional(),
});

export const cleanupRouter = router({
  /** Removes the backups that a policy gives up, of one project or, for administrators, of all; or only tells which, and why. */
  run: userProcedure.input(cleanupInput).mutation(async ({ ctx, input: { projectId, dryRun, planId, ...policy } }) => {
    const project = projectId === undefined ? null : await findProject(ctx.user, projectId);
    if (project) requirePermission(project, "manage");
    else if (ctx.user.role !== "admin")
      throw new AppError(
        "PERMISSION_DENIED",
        "Only an administrator may clean up all projects. Name one that you manage.",
      );
    const plan = await planCleanup(project ? eq(backups.projectId, project.id) : undefined, policy);
    if (planId !== undefined && planId !== plan.id)
      throw new AppError(
        "PLAN_CHANGED",
        "By now this policy would remove other backups than it showed. Nothing was removed: look at the new plan first.",
      );
    const given = plan.backups.filter(({ keep }) => !keep);
    const removed = new Set(dryRun ? given.map(({ id }) => id) : await removeAll(ctx.origin, given));
    const deleted = given.filter(({ id }) => removed.has(id));
    return {
      planId: plan.id,
      deletedIds: [...removed],
      freedBytes: deleted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      deleted,
      kept: plan.backups.filter(({ keep }) => keep),
    };
  }),
});
