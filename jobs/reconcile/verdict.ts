import { eq, inArray, sql } from "drizzle-orm";
import type { Db, Tx } from "@/db/client";
import { backups, type JobStatus, jobs } from "@/db/schema";

/** What is known of the job that a sidecar names. */
export type MakerFacts = {
  status: JobStatus;
  fence: number;
  /** A worker is at it. */
  isHeld: boolean;
  /** The path that its backup is listed under. */
  listedAs: string | null;
};

/**
 * What to do about a file that no row lists. `busy`: its export lists it just now, or may yet. `over`: nobody ever will, so it goes.
 * `lost`: it was listed once, or this installation has forgotten its job. `strange`: not for us to judge.
 */
export type Verdict = "busy" | "over" | "lost" | "strange";

/** Once an attempt is over it stays so, whatever becomes of its job: this verdict does not age. */
export function judge({ path, fence }: { path: string; fence: number }, job: MakerFacts | undefined): Verdict {
  if (!job) return "lost";
  // Of an attempt that is still to come: the control plane was brought back from an earlier time.
  if (fence > job.fence) return "strange";
  if (fence < job.fence) return "over";
  if (job.status !== "completed") return job.isHeld ? "busy" : "over";
  if (job.listedAs === null) return "lost";
  // Listed only just now; else a copy that somebody has made of it, with its sidecar.
  return job.listedAs === path ? "busy" : "strange";
}

/** The facts of these jobs, all of one moment: a job is seen completed only together with its backup. */
export async function makersOf(tx: Db | Tx, ids: string[]): Promise<Map<string, MakerFacts>> {
  const rows = await tx
    .select({
      id: jobs.id,
      status: jobs.status,
      fence: jobs.fence,
      isHeld: sql<boolean>`${jobs.workerId} is not null`,
      listedAs: backups.storagePath,
    })
    .from(jobs)
    .leftJoin(backups, eq(backups.jobId, jobs.id))
    .where(inArray(jobs.id, ids));
  return new Map(rows.map(({ id, ...facts }) => [id, facts]));
}
