import { sql } from "drizzle-orm";
import { beforeEach } from "vitest";
import { db } from "@/db/client";
import { databases, jobs } from "@/db/schema";
import { exportSteps } from "@/jobs/export-backup/options";
import { startJob } from "@/jobs/lifecycle/start";
import { makeSchedule } from "@/jobs/testing/schedule";
import type { Tenant } from "@/jobs/testing/tenant";

/** Takes all bells away. */
export const silence = () => db.execute(sql`delete from graphile_worker._private_jobs`);

/** How many exports the databases let run at a time. */
export const allow = (maxDumps: number) => db.update(databases).set({ maxDumps });

let scheduleId: string;

/** Has no job under way or waiting when a test begins, and a schedule that does nothing by itself. */
export function givenNobodyInLine(): void {
  beforeEach(async () => {
    await db
      .update(jobs)
      .set({ status: "failed", finishedAt: sql`now()`, workerId: null, leaseExpiresAt: null })
      .where(sql`finished_at is null`);
    await silence();
    scheduleId = (await makeSchedule({ pattern: "*", pausedAt: new Date() })).id;
  });
}

/** Starts an export as the schedule does. Gives the id of the job. */
export const startScheduled = async ({ projectId }: Tenant) => {
  const origin = { actor: null, address: null, requestId: null };
  const wish = { kind: "export_backup", projectId, options: {}, steps: exportSteps({}), scheduleId } as const;
  return (await db.transaction((tx) => startJob(tx, origin, wish))).id;
};
