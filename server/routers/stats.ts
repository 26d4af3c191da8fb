import { eq, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import { jobsEnv } from "@/jobs/env";
import { nextScheduled } from "@/server/schedule";
import { findProject, projectRef, router, userProcedure } from "@/server/trpc";
import { isVisible } from "@/server/visible-backups";

const scope = z.strictObject({ projectId: projectRef.optional() });

type Day = { day: string; count: number; bytes: number; completed: number; failed: number; meanSeconds: number | null };
type Share = Omit<Day, "day"> & { projectId: string; slug: string; name: string };

export const statsRouter = router({
  /** How it stands with backups: the last one, how many, how much space. */
  status: userProcedure.input(scope).query(async ({ ctx, input }) => {
    const project = input.projectId === undefined ? null : await findProject(ctx.user, input.projectId);
    const mine = visible(ctx.user, project?.id);
    const [row] = await db
      .select({
        count: sql<number>`count(*)::int`,
        bytes: sql<number>`coalesce(sum(${backups.sizeBytes}), 0)::float8`,
        verified: sql<number>`count(${backups.verifiedAt})::int`,
        broken: sql<number>`(count(*) filter (where not ${isGood(backups)}))::int`,
        last: sql<Date | null>`max(${backups.createdAt}) filter (where ${isGood(backups)})`.mapWith(backups.createdAt),
      })
      .from(backups)
      .where(mine);
    return {
      enabled: true as const,
      lastBackupAt: row?.last ?? null,
      nextScheduledAt: await nextScheduled(ctx.user, project?.id),
      storagePath: ctx.user.role === "admin" ? jobsEnv().BACKUP_DIR : null,
      storageBytes: row?.bytes ?? 0,
      backupCount: row?.count ?? 0,
      verifiedCount: row?.verified ?? 0,
      brokenCount: row?.broken ?? 0,
    };
  }),

  /** Per day and per project: backups and their bytes, exports that ended well or badly, and the time they took. */
  figures: userProcedure
    .input(scope.extend({ days: z.number().int().min(1).max(366).default(30) }))
    .query(async ({ ctx, input }) => {
      const project = input.projectId === undefined ? null : await findProject(ctx.user, input.projectId);
      const mine = sql`(${project?.id ?? null}::uuid is null or p.id = ${project?.id ?? null}::uuid) and (${ctx.user.role === "admin"} or exists (
        select from control_plane.project_members m where m.project_id = p.id and m.user_id = ${ctx.user.id}))`;
      const since = sql`date_trunc('day', now() at time zone 'utc') - make_interval(days => ${input.days - 1})`;
      const figures = sql`count(b.id)::int as count, coalesce(sum(b.size_bytes), 0)::float8 as bytes,
        (count(*) filter (where j.status = 'completed'))::int as completed,
        (count(*) filter (where j.status = 'failed'))::int as failed,
        (avg(extract(epoch from j.finished_at - j.started_at)) filter (where j.status = 'completed'))::float8 as "meanSeconds"`;
      const from = sql`from control_plane.jobs j join control_plane.projects p on p.id = j.project_id
        left join control_plane.backups b on b.job_id = j.id
        where j.kind = 'export_backup' and j.status in ('completed', 'failed') and j.finished_at >= (${since}) at time zone 'utc' and ${mine}`;
      const days = await db.execute<Day>(
        sql`select to_char(j.finished_at at time zone 'utc', 'YYYY-MM-DD') as day, ${figures} ${from} group by 1 order by 1`,
      );
      const shares = await db.execute<Share>(
        sql`select p.id as "projectId", p.slug, p.name, ${figures} ${from} group by 1 order by 2`,
      );
      return { perDay: [...days], perProject: [...shares] };
    }),
});

/** The backups that the user may see, of one project or of all. */
function visible(user: Actor, projectId: string | undefined): SQL | undefined {
  if (projectId) return eq(backups.projectId, projectId);
  return isVisible(user);
}
