import { asc, eq, inArray, sql } from "drizzle-orm";
import type { Actor } from "@/db/audit";
import { type Db, db, type Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { projectMembers, projects, schedules } from "@/db/schema";
import { nextSlots } from "@/jobs/schedule/next";
import { matchesPattern } from "@/jobs/schedule/pattern";
import type { Schedule } from "@/jobs/schedule/start-slot";
import { cronInWords } from "@/jobs/schedule/words";
import type { Permission } from "@/server/trpc";

type Seen = { id: string; slug: string; name: string; canManage: boolean; canExport: boolean };

/** The projects that a user may see. */
async function projectsFor(tx: Db | Tx, user: Actor): Promise<Seen[]> {
  const shown = { id: projects.id, slug: projects.slug, name: projects.name };
  if (user.role === "admin") {
    const all = await tx.select(shown).from(projects);
    return all.map((project) => ({ ...project, canManage: true, canExport: true }));
  }
  const may = (what: Permission) => sql<boolean>`${what} = any (${projectMembers.permissions})`;
  return tx
    .select({ ...shown, canManage: may("manage"), canExport: may("export") })
    .from(projectMembers)
    .innerJoin(projects, eq(projects.id, projectMembers.projectId))
    .where(eq(projectMembers.userId, user.id));
}

const covers = ({ projectId, pattern }: Pick<Schedule, "projectId" | "pattern">, project: Seen) =>
  pattern === null ? projectId === project.id : matchesPattern(project.slug, pattern);

type Visible = {
  schedule: Schedule;
  covered: Seen[];
  /** To let it rest or to delete it takes no more. */
  canChange: boolean;
  /** To have it make backups also takes the permission to export. */
  canRun: boolean;
};

/** The schedules that a user may see: those of their projects, each with these; for administrators all. `only`: those of one project. */
export async function visibleSchedules(user: Actor, only?: string): Promise<Visible[]> {
  const own = await projectsFor(db, user);
  const rows = await db
    .select()
    .from(schedules)
    .orderBy(asc(sql`lower(${schedules.name})`));
  const isAdmin = user.role === "admin";
  return rows.flatMap((schedule) => {
    const covered = own.filter((project) => covers(schedule, project));
    if (only !== undefined ? !covered.some(({ id }) => id === only) : !isAdmin && covered.length === 0) return [];
    const canChange = isAdmin || (schedule.pattern === null && covered.every((one) => one.canManage));
    return [{ schedule, covered, canChange, canRun: canChange && covered.every((one) => one.canExport) }];
  });
}

/** A schedule that the user may see. Throws SCHEDULE_NOT_FOUND. */
export async function findSchedule(user: Actor, id: string): Promise<Visible> {
  const found = (await visibleSchedules(user)).find(({ schedule }) => schedule.id === id);
  if (!found) throw noSchedule();
  return found;
}

const noSchedule = () => new AppError("SCHEDULE_NOT_FOUND", "There is no such schedule.");

/** Throws PERMISSION_DENIED for a schedule that the user may not change. */
export async function requireChangeable(user: Actor, id: string): Promise<Visible> {
  const found = await findSchedule(user, id);
  if (found.canChange) return found;
  const message =
    found.schedule.pattern === null
      ? "You need the permission to manage this schedule's project. Ask an administrator for it."
      : "Only an administrator may change a schedule of all projects that match a pattern.";
  throw new AppError("PERMISSION_DENIED", message);
}

/** Throws PERMISSION_DENIED for a schedule that the user may not change, or not have make backups. */
export async function requireRunnable(user: Actor, id: string): Promise<void> {
  if ((await requireChangeable(user, id)).canRun) return;
  const message = "You need the permission to export in this schedule's project. Ask an administrator for it.";
  throw new AppError("PERMISSION_DENIED", message);
}

/** The row, which nobody changes or runs before the transaction ends, and the database's time. */
export async function lockSchedule(tx: Tx, id: string): Promise<{ schedule: Schedule; now: Date }> {
  const [row] = await tx
    .select({ schedule: schedules, now: sql<Date>`date_trunc('milliseconds', now())`.mapWith(schedules.createdAt) })
    .from(schedules)
    .where(eq(schedules.id, id))
    .for("update");
  if (!row) throw noSchedule();
  return row;
}

type LastRun = {
  scheduleId: string;
  slot: string;
  jobs: number;
  completed: number;
  failed: number;
  unfinished: number;
  errorMessage: string | null;
};

/** What became of the last slot of each, of the projects that the user may see: of others not even the cause of a failure. */
async function lastRuns(user: Actor, ids: string[]): Promise<Map<string, LastRun>> {
  if (ids.length === 0) return new Map();
  const isSeen = sql`(${user.role === "admin"} or exists (
    select from control_plane.project_members m where m.project_id = r.project_id and m.user_id = ${user.id}))`;
  const rows = await db.execute<LastRun>(sql`
    select r.schedule_id as "scheduleId", r.slot, count(*)::int as jobs,
      (count(*) filter (where j.status = 'completed'))::int as completed,
      (count(*) filter (where j.status in ('failed', 'cancelled')))::int as failed,
      (count(*) filter (where j.finished_at is null))::int as unfinished,
      min(j.error_message) filter (where j.status = 'failed') as "errorMessage"
    from control_plane.schedules s
    join lateral (
      select r.slot from control_plane.schedule_runs r where r.schedule_id = s.id and ${isSeen} order by r.slot desc limit 1
    ) last on true
    join control_plane.schedule_runs r on r.schedule_id = s.id and r.slot = last.slot and ${isSeen}
    join control_plane.jobs j on j.id = r.job_id
    where ${inArray(sql`s.id`, ids)} group by 1, 2`);
  return new Map(rows.map((row) => [row.scheduleId, row]));
}

/** Schedules as this user sees them: in words, with what comes next and what came of the last slot. Nothing secret. */
export async function present(user: Actor, found: Visible[]) {
  const runs = await lastRuns(
    user,
    found.map(({ schedule }) => schedule.id),
  );
  return found.map(({ schedule, covered, canChange, canRun }) => {
    const { heartbeatUrl, createdBy: _, ...shown } = schedule;
    const project = schedule.projectId === null ? undefined : covered.find(({ id }) => id === schedule.projectId);
    const run = runs.get(schedule.id);
    return {
      ...shown,
      /** The rest of the address may be a secret. */
      heartbeatHost: heartbeatUrl && new URL(heartbeatUrl).host,
      projectSlug: project?.slug ?? null,
      projectName: project?.name ?? null,
      words: cronInWords(schedule.cron),
      nextSlots: schedule.nextRunAt ? [schedule.nextRunAt, ...nextSlots(schedule, schedule.nextRunAt, 2)] : [],
      /** Of those that the user may see. */
      projectCount: covered.length,
      lastRun: run
        ? {
            slot: new Date(run.slot),
            jobs: run.jobs,
            completed: run.completed,
            failed: run.failed,
            unfinished: run.unfinished,
            errorMessage: run.errorMessage,
          }
        : null,
      canChange,
      canRun,
    };
  });
}

/** When the next slot is of what a user may see, of one project or of all; null when nothing is planned. */
export async function nextScheduled(user: Actor, projectId?: string): Promise<Date | null> {
  const found = await visibleSchedules(user, projectId);
  const times = found.flatMap(({ schedule, covered }) =>
    covered.length > 0 && schedule.nextRunAt ? [schedule.nextRunAt] : [],
  );
  return times.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null;
}
