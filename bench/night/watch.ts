import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { and, count, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { type Lab, memoryOf } from "@/bench/lab";
import { db } from "@/db/client";
import { jobs, workerInstances } from "@/db/schema";

const isRunning = and(eq(jobs.kind, "export_backup"), isNull(jobs.finishedAt), isNotNull(jobs.leaseExpiresAt));

/** Looks again and again how many dumps there are at the same time: as the server of the tenants sees them, and as the jobs say. */
export function watchDumps(lab: Lab) {
  const most = { sessions: [] as string[], jobs: 0, looks: 0 };
  let isOver = false;
  async function look() {
    while (!isOver) {
      const seen = await lab.tenants<{ job: string; sessions: string[] }[]>`
        select split_part(application_name, ':', 2) as job, array_agg(application_name || ' ' || state) as sessions
        from pg_stat_activity where application_name ~ '^coffer:[0-9a-f-]{36}:' group by 1`;
      const [said] = await db.select({ count: sql<number>`count(*)::int` }).from(jobs).where(isRunning);
      if (seen.length > most.sessions.length) most.sessions = seen.map(({ sessions }) => sessions.join(", "));
      most.jobs = Math.max(most.jobs, said?.count ?? 0);
      most.looks++;
      await delay(100);
    }
  }
  const looking = look();
  return {
    async stop() {
      isOver = true;
      await looking;
      return most;
    },
  };
}

/** Kills a worker with -9 that has an export in hand: it is held first, and goes on when it has none. Gives what it was; idle at the end. */
export async function killOneAtWork(
  workers: ChildProcess[],
  end: number,
): Promise<{ held: number; peakBytes: number }> {
  for (let n = 0; ; n = (n + 1) % workers.length) {
    const worker = workers[n];
    const pid = worker?.pid;
    if (!worker || pid === undefined) throw new Error("no worker to kill");
    worker.kill("SIGSTOP");
    const [held] = await db
      .select({ count: count() })
      .from(jobs)
      .innerJoin(workerInstances, eq(workerInstances.id, jobs.workerId))
      .where(and(eq(workerInstances.pid, pid), isRunning));
    if (held?.count || Date.now() > end) {
      const peakBytes = await memoryOf(pid, "VmHWM");
      const gone = once(worker, "exit");
      worker.kill("SIGKILL");
      await gone;
      return { held: held?.count ?? 0, peakBytes };
    }
    worker.kill("SIGCONT");
    await delay(20);
  }
}
