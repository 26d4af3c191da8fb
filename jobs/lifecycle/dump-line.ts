import { and, eq, type SQLWrapper, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { databases, type JobKind, jobs, projects } from "@/db/schema";
import { contestedProjects, mustWait } from "@/jobs/lifecycle/project-lock";
import { ring } from "@/jobs/queue";

/** Only so many are told their place; to keep count of hundreds would cost more than it tells. */
const knownPlaces = 20;

type Budget = { databaseId: string; maxDumps: number };

/** The budget that a job's dump counts against, held until the transaction ends; null for jobs of other kinds. Safety backups are part of such. */
export async function lockDumpsOf(tx: Tx, job: { kind: JobKind; projectId: string | null }): Promise<Budget | null> {
  if (job.kind !== "export_backup" || job.projectId === null) return null;
  const [budget] = await tx
    .select({ databaseId: databases.id, maxDumps: databases.maxDumps })
    .from(projects)
    .innerJoin(databases, eq(databases.id, projects.databaseId))
    .where(eq(projects.id, job.projectId));
  if (budget) await lockDumps(tx, budget.databaseId);
  return budget ?? null;
}

/** Lets one transaction at a time decide which dumps of a database may start. */
export const lockDumps = (tx: Tx, databaseId: string) =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('coffer:dumps:' || ${databaseId}::text, 0))`);

const isRunning = sql`kind = 'export_backup' and status in ('in_progress', 'cancelling') and finished_at is null and lease_expires_at is not null`;

/** Ids of jobs: whose turn it is now, and who comes after them. Only the first few are known. */
export type Line = { next: string[]; later: string[] };

/**
 * Those that could start but for the budget, in the order of their turn: what people have started before what schedules have,
 * then projects that have fewer running, then the oldest.
 */
export async function lineOf(tx: Tx | Db, budget: Budget): Promise<Line> {
  const [row] = await tx.execute<{ running: number; line: string[] | null }>(lineSql(budget));
  const { line, running } = { running: row?.running ?? 0, line: row?.line ?? [] };
  const free = Math.max(0, budget.maxDumps - running);
  return { next: line.slice(0, free), later: line.slice(free) };
}

/** Looks up each job's database by its project: as a join, with the statistics of a quiet day, a busy night takes quadratic time. */
const lineSql = ({ databaseId, maxDumps }: Budget) => {
  const isHere = (projectId: SQLWrapper) =>
    sql`(select p.database_id from control_plane.projects p where p.id = ${projectId}) = ${databaseId}`;
  return sql`
  with running as materialized (
    select r.project_id from control_plane.jobs r where ${isRunning} and ${isHere(sql`r.project_id`)})
  select (select count(*)::int from running) as running, array(
    select ${jobs.id}::text from ${jobs}
    where ${isWaiting} and ${isHere(jobs.projectId)}
      and (${jobs.projectId} not in (${contestedProjects}) or not ${mustWait})
    order by ${jobs.scheduleId} is not null, (select count(*) from running where running.project_id = ${jobs.projectId}),
      ${jobs.createdAt}, ${jobs.id}
    limit ${Math.max(knownPlaces, maxDumps)}) as line`;
};

const isWaiting = sql`${jobs.kind} = 'export_backup' and ${jobs.status} = 'pending' and ${jobs.finishedAt} is null
  and ${jobs.leaseExpiresAt} is null and ${jobs.runAt} <= now()`;

/** Rings for those whose turn it is, and tells those who wait their new place. Right only under `lockDumps`. */
export async function ringNextDumps(tx: Tx, budget: Budget): Promise<void> {
  const { next, later } = await lineOf(tx, budget);
  for (const id of next) await ringNow(tx, id);
  if (later.length === 0) return;
  const places = later.map((id, index) => sql`(${id}::uuid, ${inLine(index)})`);
  // Whoever has not been asked for yet still waits for a worker.
  await tx.execute(sql`
    update control_plane.jobs j set current_step = place.step, updated_at = now()
    from (values ${sql.join(places, sql`, `)}) as place (id, step)
    where j.id = place.id and j.status = 'pending' and j.current_step like ${`${lineWords}%`} and j.current_step <> place.step`);
}

/** Ahead of all bells that ring for those who would only be told to wait. */
export const ringNow = (tx: Tx, id: string) =>
  ring(tx, { id, kind: "export_backup" }, { isNext: true, keepPlace: true });

const lineWords = "Waiting: ";

function inLine(index: number): string {
  const place = index + 1;
  const ending = place % 10 > 3 || (place > 10 && place < 20) ? "th" : (["th", "st", "nd", "rd"][place % 10] ?? "th");
  return `${lineWords}${place}${ending} in line for this database`;
}

/**
 * Says in the row of a job that may not start yet where it is in the line. It is rung for when its turn has come. Gives false for one that
 * does not wait: it is over, or another worker has it.
 */
export async function noteInLine(tx: Tx, jobId: string, { later }: Line): Promise<boolean> {
  const [waiting] = await tx
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.id, jobId), isWaiting));
  if (!waiting) return false;
  const index = later.indexOf(jobId);
  const currentStep = index < 0 ? `${lineWords}behind ${later.length} others for this database` : inLine(index);
  await tx
    .update(jobs)
    .set({ currentStep, updatedAt: sql`now()` })
    .where(and(eq(jobs.id, jobId), isWaiting, sql`${jobs.currentStep} is distinct from ${currentStep}`));
  return true;
}
