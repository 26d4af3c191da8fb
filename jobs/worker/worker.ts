import { sql } from "drizzle-orm";
import type { TaskList } from "graphile-worker";
import { controlPlane, db } from "@/db/client";
import { log } from "@/db/log";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { sweepStages } from "@/jobs/data-import/sweep";
import { lookAfterDatabases } from "@/jobs/discovery/look-after";
import { jobsEnv } from "@/jobs/env";
import { sweepUnfinished } from "@/jobs/export-backup/sweep";
import { sweepExports } from "@/jobs/export-data/sweep";
import { homeFolder } from "@/jobs/home/folder";
import { sweepUploads } from "@/jobs/import-dump/sweep";
import { cancelChannel } from "@/jobs/lifecycle/cancel";
import { leaseSeconds } from "@/jobs/lifecycle/claim";
import { runTask, stopAllJobs, stopJob } from "@/jobs/lifecycle/execute";
import { reap } from "@/jobs/lifecycle/reap";
import { beatEnds } from "@/jobs/notification/beat";
import { tendNotifications } from "@/jobs/notification/round";
import { notify } from "@/jobs/notification/task";
import { endKeptSessions } from "@/jobs/postgres/own-session";
import { taskAt } from "@/jobs/queue";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { dropKept } from "@/jobs/restore-backup/drop-kept";
import { retain } from "@/jobs/schedule/retain";
import { tick } from "@/jobs/schedule/tick";
import { every } from "@/jobs/worker/every";
import { handlers } from "@/jobs/worker/handlers";
import { beat, endInstance, hasNewHome, newInstance, type Self } from "@/jobs/worker/instance";
import { keepRunning } from "@/jobs/worker/keep-running";

const beatEvery = 5_000;
const reapEvery = 10_000;
const homeEvery = 10_000;
const sweepEvery = 5 * 60_000;
const reconcileEvery = 5 * 60_000;
const dropEvery = 60_000;
const lookAfterEvery = 60_000;
const databasesEvery = 3 * 60_000;
const tendEvery = 60_000;
const tickEvery = 10_000;
const retainEvery = 30_000;
/** Beside those that do jobs: who waits for a message does not wait until a dump has ended. */
const notifiers = 2;

/** Takes jobs from the queue until `stop` is called, which gives running jobs back and resolves when nothing of them is left. */
export async function startWorker(): Promise<{ stop(): Promise<void> }> {
  const self = await newInstance();
  const { id, concurrency } = self;
  await beat(self);
  const listening = await controlPlane().client.listen(cancelChannel, (jobId) => stopJob(jobId, "cancelled"));
  const stopBeating = every(beatEvery, () => beat(self));
  const stopReaping = every(reapEvery, reapAfterQuiet());
  const queue = keepRunning(() => tasksOf(self), concurrency);
  const messages = keepRunning(() => ({ notify }), notifiers);
  const noteHome = async () => {
    if (await hasNewHome(self)) await queue.renew();
  };
  const regular = [
    ...[sweepUnfinished, sweepUploads, sweepStages, sweepExports].map((sweep) => every(sweepEvery, sweep)),
    every(homeEvery, noteHome),
    every(reconcileEvery, reconciler(homeFolder(jobsEnv().BACKUP_DIR), readPerRound())),
    every(dropEvery, dropKept),
    every(lookAfterEvery, lookAfterDestinations),
    every(tendEvery, tendNotifications),
    every(tickEvery, tick),
    every(retainEvery, retain),
    every(retainEvery, beatEnds),
    every(databasesEvery, lookAfterDatabases),
  ];
  await Promise.all([queue.ready, messages.ready]);
  log.info({ workerId: id, concurrency }, "worker ready");
  return {
    async stop() {
      stopReaping();
      for (const stop of regular) stop();
      const drained = Promise.all([queue.stop(), messages.stop()]);
      await stopAllJobs("shutdown");
      await drained;
      await endKeptSessions();
      stopBeating();
      await listening.unlisten().catch(() => {});
      await endInstance(self);
      log.info({ workerId: id }, "worker stopped");
    },
  };
}

const readPerRound = () => jobsEnv().CHECK_MB_PER_MINUTE * 1_000_000 * (reconcileEvery / 60_000);

/**
 * After the control plane was away every lease looks stale at once, and clients take their time to connect again. So
 * after a gap, and after the start, nothing is reaped for as long as a lease lasts: live workers renew theirs meanwhile.
 */
function reapAfterQuiet() {
  let last = 0;
  let quietUntil = 0;
  return async () => {
    const isBack = Date.now() - last > 2 * reapEvery;
    await db.execute(sql`select 1`);
    if (isBack) quietUntil = Date.now() + leaseSeconds * 1000;
    last = Date.now();
    if (last < quietUntil) return;
    for (const job of await reap()) await handlers[job.kind].clean(job, job.fence);
  };
}

/** Each kind of job, and the same for jobs about files of this backup folder. */
function tasksOf({ id, homeId }: Self): TaskList {
  const tasks = Object.entries(handlers).map(([kind, handler]) => [kind, runTask(handler, id)] as const);
  const here = homeId === null ? [] : tasks.map(([kind, task]) => [taskAt(kind, homeId), task] as const);
  return Object.fromEntries([...tasks, ...here]);
}
