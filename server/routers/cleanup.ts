import { asc, eq, isNotNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { Origin } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups, projects } from "@/db/schema";
import { fallsOf } from "@/jobs/fall/falls";
import { isInUse } from "@/jobs/retention/in-use";
import { type Candidate, type Policy, planIdOf, planRetention, type Verdict } from "@/jobs/retention/plan";
import { removeBackup } from "@/jobs/retention/remove";
import { serverEnv } from "@/server/env";
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
  /** The `planId` of a dry run: nothing is removed if by now the policy would remove anything else. */
  planId: z.string().max(100).optional(),
});

export const cleanupRouter = router({
  /** Removes the backups that a policy gives up, of one project or, for administrators, of all; or only tells which, and why. */
  run: userProcedure.input(policyInput).mutation(async ({ ctx, input: { projectId, dryRun, planId, ...policy } }) => {
    const project = projectId === undefined ? null : await findProject(ctx.user, projectId);
    if (project) requirePermission(project, "manage");
    else if (ctx.user.role !== "admin")
      throw new AppError(
        "PERMISSION_DENIED",
        "Only an administrator may clean up all projects. Name one that you manage.",
      );
    const plan = await makePlan(project?.id, policy);
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

/** What becomes of each backup, project by project, newest first, with what a person knows it by. */
async function makePlan(projectId: string | undefined, policy: Policy) {
  const rows = await db
    .select({
      id: backups.id,
      projectId: backups.projectId,
      projectSlug: projects.slug,
      projectName: projects.name,
      filename: backups.filename,
      createdAt: backups.createdAt,
      status: backups.status,
      verifiedAt: backups.verifiedAt,
      pinnedAt: backups.pinnedAt,
      sizeBytes: backups.sizeBytes,
      isInUse: isInUse(serverEnv().DOWNLOAD_LINK_SECONDS),
    })
    .from(backups)
    .innerJoin(projects, eq(projects.id, backups.projectId))
    .where(projectId ? eq(backups.projectId, projectId) : undefined)
    .orderBy(asc(projects.name), asc(projects.slug));
  // Most of those before it may be gone by an earlier cleanup, so one is enough to tell.
  const falls = await fallsOf(
    rows.map(({ id }) => id),
    { atLeast: 1 },
  );
  const candidates: Candidate[] = rows.map((row) => ({
    id: row.id,
    projectId: row.projectId,
    createdAt: row.createdAt,
    isGood: row.status === "available",
    isFallen: falls.has(row.id),
    isProven: row.verifiedAt !== null,
    isPinned: row.pinnedAt !== null,
    isInUse: row.isInUse,
  }));
  const verdicts = planRetention(candidates, policy, new Date());
  const known = new Map(rows.map((row) => [row.id, row]));
  const described = verdicts.flatMap((verdict) => {
    const row = known.get(verdict.id);
    if (!row) return [];
    const { projectSlug, projectName, filename, createdAt, sizeBytes } = row;
    return { ...verdict, projectSlug, projectName, filename, createdAt, sizeBytes };
  });
  return { id: planIdOf(verdicts), backups: described };
}

/** One by one, each in a transaction of its own: what was removed before a fault stays removed, and written down. */
async function removeAll(origin: Origin, verdicts: Verdict[]): Promise<string[]> {
  const removed: string[] = [];
  const unless = sql`(${isNotNull(backups.pinnedAt)} or ${isInUse(serverEnv().DOWNLOAD_LINK_SECONDS)})`;
  for (const { id, reasons } of verdicts) {
    const bytes = await db.transaction((tx) =>
      removeBackup(tx, origin, { id, action: "backup.cleaned_up", reasons, unless }),
    );
    if (bytes !== null) removed.push(id);
  }
  return removed;
}
