import { asc, eq, isNotNull, type SQL, sql } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import { db } from "@/db/client";
import { backups, projects } from "@/db/schema";
import { isGood, isWithinReach, mayComeBack } from "@/jobs/backup-copy/good";
import { jobsEnv } from "@/jobs/env";
import { fallsOf } from "@/jobs/fall/falls";
import { isInUse } from "@/jobs/retention/in-use";
import { type Candidate, type Policy, planIdOf, planRetention, type Verdict } from "@/jobs/retention/plan";
import { removeBackup } from "@/jobs/retention/remove";

/** What becomes of each of the backups, project by project, newest first, with what a person knows it by. */
export async function planCleanup(which: SQL | undefined, policy: Policy) {
  const rows = await db
    .select({
      id: backups.id,
      projectId: backups.projectId,
      projectSlug: projects.slug,
      projectName: projects.name,
      filename: backups.filename,
      createdAt: backups.createdAt,
      isGood: isGood(backups),
      mayComeBack: mayComeBack(backups),
      isWithinReach: isWithinReach(backups),
      verifiedLevel: backups.verifiedLevel,
      pinnedAt: backups.pinnedAt,
      sizeBytes: backups.sizeBytes,
      isInUse: isInUse(jobsEnv().DOWNLOAD_LINK_SECONDS),
      now: sql<Date>`now()`.mapWith(backups.createdAt),
    })
    .from(backups)
    .innerJoin(projects, eq(projects.id, backups.projectId))
    .where(which)
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
    isGood: row.isGood,
    isFallen: falls.has(row.id),
    mayComeBack: row.mayComeBack,
    isWithinReach: row.isWithinReach,
    isProven: row.verifiedLevel !== null,
    isRestored: row.verifiedLevel === "restore",
    isPinned: row.pinnedAt !== null,
    isInUse: row.isInUse,
  }));
  const verdicts = planRetention(candidates, policy, rows[0]?.now ?? new Date());
  const known = new Map(rows.map((row) => [row.id, row]));
  const described = verdicts.flatMap((verdict) => {
    const row = known.get(verdict.id);
    if (!row) return [];
    const { projectSlug, projectName, filename, createdAt, sizeBytes, isGood } = row;
    return { ...verdict, projectSlug, projectName, filename, createdAt, sizeBytes, isGood };
  });
  return { id: planIdOf(verdicts), backups: described };
}

type Given = Verdict & Pick<Candidate, "isGood">;

/**
 * One by one, each in a transaction of its own: what was removed before a fault stays removed, and written down. One that was lost when
 * it was planned, and is good by now, stays.
 */
export async function removeAll(origin: Origin, given: Given[], schedule?: string): Promise<string[]> {
  const removed: string[] = [];
  const isKept = sql`${isNotNull(backups.pinnedAt)} or ${isInUse(jobsEnv().DOWNLOAD_LINK_SECONDS)}`;
  for (const { id, reasons, isGood: wasGood } of given) {
    const unless = wasGood ? sql`(${isKept})` : sql`(${isKept} or ${isGood(backups)})`;
    const bytes = await db.transaction((tx) =>
      removeBackup(tx, origin, { id, action: "backup.cleaned_up", reasons, schedule, unless }),
    );
    if (bytes !== null) removed.push(id);
  }
  return removed;
}
