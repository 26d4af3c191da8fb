import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { type Lab, memoryOf } from "@/bench/lab";
import { db } from "@/db/client";
import { jobs, workerInstances } from "@/db/schema";

/** Looks again and again how many dumps there are at the same time: as the server of the tenants sees them, and as the jobs say. */
export function watchDumps(lab: Lab) {
  const most = { sessions: 0, jobs: 0, looks: 0 };
  let isOver = false;
  const isRunning = and(eq(jobs.kind, "export_backup"), isNull(jobs.finishedAt), isNotNull(jobs.leaseExpiresAt));
  async function look() {
    while (!isOver) {
      const [seen] = await lab.tenants<{ count: number }[]>`
        select count(distinct split_part(application_name, ':', 2))::int as count
        from pg_stat_activity where application_name like 'coffer:%'`;
      const [said] = await db.select({ count: sql<number>`count(*)::int` }).from(jobs).where(isRunning);
      most.sessions = Math.max(most.sessions, seen?.count ?? 0);
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

/** Kills a worker with -9 in the middle of a dump: it is held first, and goes only when it has one in hand. Gives what it was. */
export async function killOneAtWork(workers: ChildProcess[]): Promise<{ held: number; peakBytes: number }> {
  for (let n = 0; ; n = (n + 1) % workers.length) {
    const worker = workers[n];
    const pid = worker?.pid;
    if (!worker || pid === undefined) throw new Error("no worker to kill");
    worker.kill("SIGSTOP");
    const held = await db
      .select({ id: jobs.id })
      .from(jobs)
      .innerJoin(workerInstances, eq(workerInstances.id, jobs.workerId))
      .where(and(eq(workerInstances.pid, pid), eq(jobs.kind, "export_backup"), eq(jobs.currentStep, "Dumping")));
    if (held.length > 0) {
      const peakBytes = await memoryOf(pid, "VmHWM");
      const gone = once(worker, "exit");
      worker.kill("SIGKILL");
      await gone;
      return { held: held.length, peakBytes };
    }
    worker.kill("SIGCONT");
    await delay(20);
  }
}
