import { setTimeout as delay } from "node:timers/promises";
import { Logger, type Runner, run, type TaskList } from "graphile-worker";
import { dbEnv } from "@/db/env";
import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";

const logger = new Logger((scope) => (level, message) => {
  if (level === "error") log.error({ scope: scope.label }, message);
  else if (level === "warning") log.warn({ scope: scope.label }, message);
  else log.debug({ scope: scope.label }, message);
});

export type Running = {
  ready: Promise<void>;
  /** Starts it anew, with the tasks of then, once the running ones have ended. */
  renew(): Promise<void>;
  stop(): Promise<void>;
};

/** Runs graphile-worker and starts it anew when it gives up because the control plane was away; running jobs go on meanwhile. */
export function keepRunning(tasks: () => TaskList, concurrency: number): Running {
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
