import type postgres from "postgres";
import type { Connection } from "@/db/schema";
import { feedArchive } from "@/jobs/archive/feed-archive";
import type { Manifest } from "@/jobs/archive/manifest";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import { failureOf } from "@/jobs/lifecycle/failure";
import { inSession } from "@/jobs/lifecycle/in-session";
import { applicationName } from "@/jobs/postgres/connection";
import { restoreInto } from "@/jobs/postgres/pg-restore";
import { createScratch, dropScratch, scratchName } from "@/jobs/scratch/database";
import { recreateOutside } from "@/jobs/scratch/outside";
import type { Claimed } from "@/jobs/verify-backup/archive";
import { prove, type Restored } from "@/jobs/verify-backup/proof";

type Restoring = {
  job: ClaimedJob;
  signal: AbortSignal;
  claimed: Claimed;
  manifest: Manifest;
  /** The tenant's database; the scratch database stands beside it. */
  connection: Connection;
  /** Where pg_restore is, or psql for a script. */
  tool: string;
  step(name: "prepare" | "restore" | "compare" | "clean"): void;
  onBytes(bytes: number): void;
};

/** Restores the backup into a scratch database, compares it there, and drops the database whatever happens. */
export async function restoreAndCompare(restoring: Restoring): Promise<Restored> {
  const { job, signal, connection, manifest, step } = restoring;
  const name = scratchName(job.id, job.fence);
  step("prepare");
  try {
    const scratch = await createScratch(connection, name, applicationName(job.id, job.fence, "monitor"));
    const at = (where: Connection) => ({ context: restoring, connection: where });
    const work = async (sessions: { live: postgres.Sql; scratch: postgres.Sql }): Promise<Restored> => {
      const missing = await recreateOutside(sessions, manifest.project.schema, manifest);
      signal.throwIfAborted();
      step("restore");
      const complaint = await restore(restoring, scratch);
      if (complaint) return { proof: null, complaint, missing };
      step("compare");
      return { proof: await prove(sessions.scratch, manifest), complaint: null, missing };
    };
    const restored = await inSession(at(connection), (live) =>
      inSession(at(scratch), (session) => work({ live, scratch: session })),
    );
    // With thousands of tables it takes as long as comparing them.
    step("clean");
    return restored;
  } finally {
    await dropScratch(connection, [name]);
  }
}

/** Gives why the dump cannot be restored; what another attempt could cure is thrown. */
async function restore(restoring: Restoring, scratch: Connection): Promise<string | null> {
  const { job, signal, claimed, tool, onBytes } = restoring;
  try {
    await restoreInto((program) => feedArchive({ ...claimed, onBytes }, program), {
      format: claimed.format,
      tool,
      connection: scratch,
      application: applicationName(job.id, job.fence),
      signal,
    });
    return null;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code !== "restore_failed") throw error;
    return failure.message;
  }
}
