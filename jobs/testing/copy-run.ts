import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { removeOrphans } from "@/jobs/backup-copy/orphans";
import { startCopy } from "@/jobs/backup-copy/start";
import { copyBackup } from "@/jobs/backup-copy/task";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { tester } from "@/jobs/testing/control-plane";
import { claim } from "@/jobs/testing/export-job";

export const byTester = { actor: tester, address: null, requestId: null };

/** What a handler is given that is run without a worker. */
export const contextOf = (job: ClaimedJob): RunContext => {
  const now = () => new Date();
  return { job, signal: new AbortController().signal, step() {}, report() {}, afterwards() {}, now };
};

/** Starts a copy, and takes its job as a worker does. */
export async function claimCopy(wanted: Parameters<typeof startCopy>[2]): Promise<ClaimedJob> {
  const { id } = await db.transaction((tx) => startCopy(tx, byTester, wanted));
  await db
    .update(jobs)
    .set({ runAt: new Date(0) })
    .where(eq(jobs.id, id));
  return claim(id);
}

/** Makes a copy as a worker does, to its end. */
export async function runCopy(wanted: Parameters<typeof startCopy>[2]): Promise<void> {
  const job = await claimCopy(wanted);
  await db.transaction(await copyBackup.run(contextOf(job)));
  await endJob(job.id);
}

export const removeOrphansNow = () => removeOrphans(new AbortController().signal);

/** Ends a job as one whose last attempt has failed. */
export const endJob = (id: string) =>
  db
    .update(jobs)
    .set({ status: "failed", finishedAt: new Date(), leaseExpiresAt: null, workerId: null })
    .where(eq(jobs.id, id));
