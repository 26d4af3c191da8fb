import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Cable } from "@/bench/hosts/network";
import { db } from "@/db/client";
import { backupCopies, backups, jobs, workerInstances } from "@/db/schema";

export type Host = { cable: Cable; worker: ChildProcess; folder: string; homeId: string };

/** Far longer than a lease, and than the minute after which whoever is silent counts as gone. */
export const patience = 5 * 60_000;

const isRunning = and(isNull(jobs.finishedAt), eq(jobs.status, "in_progress"));

/** Waits until a host is in the middle of a dump. Gives it, and what it exports. */
export async function whenMidDump(hosts: Host[]): Promise<{ lost: Host; jobIds: string[] }> {
  for (const end = Date.now() + patience; Date.now() < end; await delay(20)) {
    const running = await db
      .select({ id: jobs.id, percent: jobs.progressPercentage, pid: workerInstances.pid })
      .from(jobs)
      .innerJoin(workerInstances, eq(workerInstances.id, jobs.workerId))
      .where(and(isRunning, eq(jobs.kind, "export_backup")));
    const found = running.find(({ percent }) => percent > 10 && percent < 60);
    const lost = hosts.find(({ worker }) => worker.pid === found?.pid);
    if (lost) return { lost, jobIds: running.filter(({ pid }) => pid === found?.pid).map(({ id }) => id) };
  }
  throw new Error("no host was seen in the middle of a dump");
}

/** Those that have a copy too. */
export const backupsAt = ({ homeId }: Host) =>
  db
    .select({ id: backups.id, projectId: backups.projectId, filename: backups.filename })
    .from(backups)
    .innerJoin(backupCopies, and(eq(backupCopies.backupId, backups.id), eq(backupCopies.status, "stored")))
    .where(eq(backups.homeId, homeId));

/** Waits until each of these jobs was begun anew by another host, or is over. Gives when. */
export async function whenTakenOver(ids: string[], lost: Host): Promise<number> {
  for (const end = Date.now() + patience; Date.now() < end; await delay(50)) {
    const left = await db
      .select({ id: jobs.id })
      .from(jobs)
      .leftJoin(workerInstances, eq(workerInstances.id, jobs.workerId))
      .where(
        and(
          inArray(jobs.id, ids),
          isNull(jobs.finishedAt),
          sql`${workerInstances.pid} is null or ${workerInstances.pid} = ${lost.worker.pid}`,
        ),
      );
    if (left.length === 0) return Date.now();
  }
  throw new Error("nobody took over");
}

/** Waits until all that is left to do waits for the files of that host. Gives how much that is. */
export async function whenOthersAreIdle({ homeId }: Host): Promise<number> {
  let others: unknown[] = [];
  for (const end = Date.now() + patience; Date.now() < end; await delay(500)) {
    const left = await db
      .select({
        homeId: backups.homeId,
        kind: jobs.kind,
        status: jobs.status,
        step: jobs.currentStep,
        error: jobs.errorMessage,
      })
      .from(jobs)
      .leftJoin(backups, sql`${backups.id}::text = ${jobs.options} ->> 'backupId'`)
      .where(isNull(jobs.finishedAt));
    others = left.filter((job) => job.homeId !== homeId);
    if (others.length === 0) return left.length;
  }
  throw new Error(`the others did not come to an end: ${JSON.stringify(others)}`);
}

/** What a job has come to; or that it has not, in all that time. */
export async function endOf(id: string): Promise<string> {
  for (const end = Date.now() + patience; ; await delay(500)) {
    const [job] = await db.select({ status: jobs.status }).from(jobs).where(eq(jobs.id, id));
    if (job?.status === "completed" || job?.status === "failed" || Date.now() > end) return job?.status ?? "gone";
  }
}
