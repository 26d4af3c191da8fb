import { and, eq, inArray, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { jobs } from "@/db/schema";
import { type ClaimedJob, leaseUntil } from "@/jobs/lifecycle/claim";

/** What a running job may tell about itself. */
export type Report = Partial<
  Pick<
    typeof jobs.$inferSelect,
    | "steps"
    | "stepsCompleted"
    | "currentStep"
    | "progressPercentage"
    | "bytesDone"
    | "rowsDone"
    | "tablesDone"
    | "tablesTotal"
    | "currentTable"
    | "bytesPerSecond"
    | "etaSeconds"
    | "progress"
  >
>;

const beatEvery = 5_000;
const reportEvery = 1_000;

export type Lease = {
  /** Notes what changed; it is written within a second, with the next heartbeat. */
  report(patch: Report): void;
  /** What was reported but not written yet: for whoever writes the outcome. */
  take(): Report;
  stop(): Promise<void>;
};

/**
 * Keeps the job ours: renews the lease and writes the reports. A heartbeat that hits no row means that another attempt
 * has taken over (`onLost`); one that comes back `cancelling` means that somebody asked for the end (`onCancel`).
 * While the database is away it keeps trying: the fence decides who is right when it is back.
 */
export function holdLease(job: ClaimedJob, on: { cancel(): void; lost(): void }): Lease {
  let unwritten: Report = {};
  // The first report is written at once: whoever waits sees that somebody is at work.
  let lastBeat = 0;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> | undefined;
  let stopped = false;

  const schedule = (delay: number) => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(() => (beating = beat()), Math.max(0, delay));
  };

  async function beat() {
    const patch = unwritten;
    unwritten = {};
    lastBeat = Date.now();
    try {
      const [row] = await db
        .update(jobs)
        .set({ ...patch, leaseExpiresAt: leaseUntil, updatedAt: sql`now()` })
        .where(and(eq(jobs.id, job.id), eq(jobs.fence, job.fence), inArray(jobs.status, ["in_progress", "cancelling"])))
        .returning({ status: jobs.status });
      if (!row) on.lost();
      else if (row.status === "cancelling") on.cancel();
    } catch (error) {
      unwritten = { ...patch, ...unwritten };
      if (!isConnectionLoss(error)) log.error({ error, jobId: job.id }, "a heartbeat failed");
      beating = undefined;
      return schedule(reportEvery);
    }
    beating = undefined;
    schedule(Object.keys(unwritten).length > 0 ? reportEvery : beatEvery);
  }

  schedule(beatEvery);
  return {
    report(patch) {
      Object.assign(unwritten, patch);
      if (!beating) schedule(lastBeat + reportEvery - Date.now());
    },
    take() {
      const patch = unwritten;
      unwritten = {};
      return patch;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await beating;
    },
  };
}
