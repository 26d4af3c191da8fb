import { and, eq, isNotNull, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Tx } from "@/db/client";
import { type JobKind, jobs } from "@/db/schema";
import { ring } from "@/jobs/queue";

/**
 * How a kind of job holds its project while it runs. `exclusive` ones change the schema, so they run alone; `shared` ones
 * read it. Whoever holds nothing needs no order.
 */
const holds: Record<JobKind, "shared" | "exclusive" | null> = {
  export_backup: "shared",
  verify_backup: null,
  restore_backup: "exclusive",
  undo_restore: "exclusive",
  // It reads a file, and makes another project's schema.
  clone_project: null,
  compare_backups: null,
  // There is no project before its end.
  import_dump: null,
  export_data: "shared",
  check_import: "shared",
  import_data: "exclusive",
  // They move a file, whatever becomes of the schema.
  copy_backup: null,
  fetch_backup: null,
  verify_copy: null,
};

const kinds = Object.keys(holds) as JobKind[];
const exclusive = kinds.filter((kind) => holds[kind] === "exclusive");
const holding = kinds.filter((kind) => holds[kind] !== null);

const other = alias(jobs, "other");
const isOneOf = (kind: SQLWrapper, wanted: JobKind[]) =>
  sql`${kind} = any(${sql.raw(`array['${wanted.join("','")}']`)}::control_plane.job_kind[])`;

/**
 * Jobs (`other`) that `jobs` must wait for: running ones, and those that have waited for longer and could start too. What a schedule has
 * started may be in line at its database for hours, so nobody waits for it before it runs.
 */
const inTheWay = and(
  eq(other.projectId, jobs.projectId),
  sql`${other.id} <> ${jobs.id}`,
  isNull(other.finishedAt),
  sql`(${isOneOf(other.kind, exclusive)} and ${isOneOf(jobs.kind, holding)} or ${isOneOf(jobs.kind, exclusive)} and ${isOneOf(other.kind, holding)})`,
  sql`(${isNotNull(other.leaseExpiresAt)} or ${other.status} = 'pending' and ${other.runAt} <= now()
    and (${other.createdAt}, ${other.id}) < (${jobs.createdAt}, ${jobs.id})
    and (${other.kind} <> 'export_backup' or ${other.scheduleId} is null))`,
);

/** Whether a job of the statement's `jobs` has to wait for another one of its project. Right only under `lockProjectOf`. */
export const mustWait: SQL = sql`exists (select from ${jobs} ${sql.raw('"other"')} where ${inTheWay})`;

/** Projects that some job wants for itself alone: in all others nobody has to wait. A short list, however many jobs there are. */
export const contestedProjects: SQL = sql`select c.project_id from control_plane.jobs c where c.finished_at is null
  and c.status in ('pending', 'in_progress', 'cancelling') and ${isOneOf(sql`c.kind`, exclusive)} and c.project_id is not null`;

/** Lets one claim at a time decide who may have the job's project, until the transaction ends. Gives what the job is about. */
export async function lockProjectOf(tx: Tx, jobId: string) {
  const [row] = await tx
    .select({
      kind: jobs.kind,
      projectId: jobs.projectId,
      locked: sql`pg_advisory_xact_lock(hashtextextended('coffer:project:' || ${jobs.projectId}, 0))`,
    })
    .from(jobs)
    .where(eq(jobs.id, jobId));
  return row;
}

const waitsFor: Record<JobKind, string> = {
  export_backup: "an export of this project",
  verify_backup: "a verification of this project",
  restore_backup: "the restore of this project",
  undo_restore: "the undo of a restore of this project",
  clone_project: "a clone of this project",
  compare_backups: "a comparison of this project",
  import_dump: "the restore of an uploaded dump",
  export_data: "an export of rows of this project",
  check_import: "the check of an import into this project",
  import_data: "an import into this project",
  copy_backup: "a copy of a backup of this project",
  fetch_backup: "a backup of this project that is brought back",
  verify_copy: "the check of a copy of a backup of this project",
};

/** A job that waits for another one asks again after this many seconds. */
const askAgainAfter = 1;

/** Says in the job's row whom it waits for, and rings again a little later; gives false for a job that need not wait. */
export async function noteWaiting(tx: Tx, jobId: string): Promise<boolean> {
  const [waiting] = await tx
    .select({ id: jobs.id, kind: jobs.kind, currentStep: jobs.currentStep, blocker: other.kind })
    .from(jobs)
    .innerJoin(other, inTheWay)
    .where(
      and(eq(jobs.id, jobId), eq(jobs.status, "pending"), isNull(jobs.leaseExpiresAt), sql`${jobs.runAt} <= now()`),
    )
    .limit(1);
  if (!waiting) return false;
  const currentStep = `Waiting for ${waitsFor[waiting.blocker]} to end`;
  if (waiting.currentStep !== currentStep)
    await tx.update(jobs).set({ currentStep, updatedAt: sql`now()` }).where(eq(jobs.id, jobId));
  await ring(tx, waiting, { afterSeconds: askAgainAfter });
  return true;
}
