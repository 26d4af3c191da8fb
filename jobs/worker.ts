import { randomUUID } from "node:crypto";
import os from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { Logger, type Runner, run, type TaskList } from "graphile-worker";
import { controlPlane, db } from "@/db/client";
import { dbEnv } from "@/db/env";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { type JobKind, workerInstances } from "@/db/schema";
import { fetchBackup } from "@/jobs/backup-copy/fetch-task";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { copyBackup } from "@/jobs/backup-copy/task";
import { verifyCopy } from "@/jobs/backup-copy/verify-task";
import { cloneProject } from "@/jobs/clone-project/task";
import { compareBackups } from "@/jobs/compare-backups/task";
import { checkImportFile } from "@/jobs/data-import/check-task";
import { sweepStages } from "@/jobs/data-import/sweep";
import { importData } from "@/jobs/data-import/task";
import { discover } from "@/jobs/discovery/discover";
import { jobsEnv } from "@/jobs/env";
import { sweepUnfinished } from "@/jobs/export-backup/sweep";
import { exportBackup } from "@/jobs/export-backup/task";
import { sweepExports } from "@/jobs/export-data/sweep";
import { exportData } from "@/jobs/export-data/task";
import { homeFolder } from "@/jobs/home/folder";
import { homeIdOf } from "@/jobs/home/id";
import { sweepUploads } from "@/jobs/import-dump/sweep";
import { importDump } from "@/jobs/import-dump/task";
import { cancelChannel } from "@/jobs/lifecycle/cancel";
import { leaseSeconds } from "@/jobs/lifecycle/claim";
import { type JobHandler, runTask, stopAllJobs, stopJob } from "@/jobs/lifecycle/execute";
import { reap } from "@/jobs/lifecycle/reap";
import { tendNotifications } from "@/jobs/notification/round";
import { notify } from "@/jobs/notification/task";
import { taskAt } from "@/jobs/queue";
import { reconciler } from "@/jobs/reconcile/reconcile";
import { dropKept } from "@/jobs/restore-backup/drop-kept";
import { restoreBackup } from "@/jobs/restore-backup/task";
import { undoRestore } from "@/jobs/restore-backup/undo";
import { retain } from "@/jobs/schedule/retain";
import { tick } from "@/jobs/schedule/tick";
import { verifyBackup } from "@/jobs/verify-backup/task";

const handlers: Record<JobKind, JobHandler> = {
  export_backup: exportBackup,
  verify_backup: verifyBackup,
  restore_backup: restoreBackup,
  undo_restore: undoRestore,
  clone_project: cloneProject,
  compare_backups: compareBackups,
  import_dump: importDump,
  export_data: exportData,
  check_import: checkImportFile,
  import_data: importData,
  copy_backup: copyBackup,
  fetch_backup: fetchBackup,
  verify_copy: verifyCopy,
};

const beatEvery = 5_000;
const reapEvery = 10_000;
const homeEvery = 10_000;
const sweepEvery = 5 * 60_000;
const reconcileEvery = 5 * 60_000;
const dropEvery = 60_000;
const lookAfterEvery = 60_000;
const tendEvery = 60_000;
const tickEvery = 10_000;
const retainEvery = 30_000;
const discoverEvery = 3 * 60_000;
/** Beside those that do jobs: who waits for a message does not wait until a dump has ended. */
const notifiers = 2;

/** Takes jobs from the queue until `stop` is called, which gives running jobs back and resolves when nothing of them is left. */
export async function startWorker(): Promise<{ stop(): Promise<void> }> {
  const id = randomUUID();
  const concurrency = jobsEnv().WORKER_CONCURRENCY;
  const self = { id, host: os.hostname(), pid: process.pid, concurrency, homeId: await homeIdOf(jobsEnv().BACKUP_DIR) };
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
    every(discoverEvery, discover),
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
      stopBeating();
      await listening.unlisten().catch(() => {});
      await db.update(workerInstances).set({ stoppedAt: sql`now()` }).where(eq(workerInstances.id, id));
      log.info({ workerId: id }, "worker stopped");
    },
  };
}

const readPerRound = () => jobsEnv().CHECK_MB_PER_MINUTE * 1_000_000 * (reconcileEvery / 60_000);

type Self = { id: string; host: string; pid: number; concurrency: number; homeId: string | null };

/** Says that it is at work; anew too, when others have forgotten it meanwhile. */
async function beat(self: Self) {
  const heartbeatAt = sql`now()`;
  await db
    .insert(workerInstances)
    .values({ ...self, heartbeatAt })
    .onConflictDoUpdate({ target: workerInstances.id, set: { heartbeatAt, homeId: self.homeId } });
}

/** Whether the backup folder has become another one, as when its disk is mounted late, or goes. That of before counts as just seen. */
async function hasNewHome(self: Self): Promise<boolean> {
  const homeId = await homeIdOf(jobsEnv().BACKUP_DIR);
  if (homeId === null || homeId === self.homeId) return false;
  log.warn({ homeId, before: self.homeId }, "the backup folder has become another one");
  await db.transaction(async (tx) => {
    const stoppedAt = sql`now()`;
    if (self.homeId !== null) await tx.insert(workerInstances).values({ ...self, id: randomUUID(), stoppedAt });
    await tx.update(workerInstances).set({ homeId }).where(eq(workerInstances.id, self.id));
  });
  self.homeId = homeId;
  return true;
}

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

/** Repeats the work until told to stop, which aborts its signal. What fails is logged and tried again next time. */
function every(interval: number, work: (signal: AbortSignal) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  async function round() {
    try {
      await work(stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (isConnectionLoss(error)) log.warn("the control plane is away");
      else log.error({ error }, "regular work failed");
    }
    if (!stopping.signal.aborted) timer = setTimeout(round, interval);
  }
  void round();
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}

const logger = new Logger((scope) => (level, message) => {
  if (level === "error") log.error({ scope: scope.label }, message);
  else if (level === "warning") log.warn({ scope: scope.label }, message);
  else log.debug({ scope: scope.label }, message);
});

/** Each kind of job, and the same for jobs about files of this backup folder. */
function tasksOf({ id, homeId }: Self): TaskList {
  const tasks = Object.entries(handlers).map(([kind, handler]) => [kind, runTask(handler, id)] as const);
  const here = homeId === null ? [] : tasks.map(([kind, task]) => [taskAt(kind, homeId), task] as const);
  return Object.fromEntries([...tasks, ...here]);
}

type Running = {
  ready: Promise<void>;
  /** Starts it anew, with the tasks of then, once the running ones have ended. */
  renew(): Promise<void>;
  stop(): Promise<void>;
};

/** Runs graphile-worker and starts it anew when it gives up because the control plane was away; running jobs go on meanwhile. */
function keepRunning(tasks: () => TaskList, concurrency: number): Running {
  let runner: Runner | undefined;
  let stopping = false;
  let renewals = 0;
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();

  async function loop() {
    while (!stopping) {
      const begun = renewals;
      try {
        runner = await run({
          connectionString: dbEnv().DATABASE_URL,
          taskList: tasks(),
          concurrency,
          logger,
          noHandleSignals: true,
          pollInterval: 1000,
          // Without these a job that ends while the worker stops stays locked for four hours.
          preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0, maxPoolSize: concurrency + 3 } },
        });
        isReady();
        // What was asked for while it was starting.
        if (stopping || renewals !== begun) await stopRunner();
        await runner.promise;
      } catch (error) {
        if (!stopping) log.warn({ error }, "the queue was lost; starting it again");
      }
      if (!stopping) await delay(1000);
    }
  }

  const stopRunner = async () => await runner?.stop().catch(() => {});
  const ended = loop();
  return {
    ready,
    async renew() {
      renewals++;
      await stopRunner();
    },
    async stop() {
      stopping = true;
      await stopRunner();
      await ended;
    },
  };
}

/** graphile-worker lets some lost connections surface as rejections that nobody handles: those are no reason to die. */
export function survivesRejection(error: unknown): boolean {
  return (
    isConnectionLoss(error) ||
    (error instanceof Error && /Connection terminated|connection timeout/i.test(error.message))
  );
}
