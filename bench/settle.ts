import { setTimeout as delay } from "node:timers/promises";
import { isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { backupCopies, jobs, scheduleRuns } from "@/db/schema";
import { lacksSidecar } from "@/jobs/backup-copy/sidecar";
import { untoldEnds } from "@/jobs/notification/beat";

/** Nobody waits longer than that for what was begun to come to its end. */
const patience = 12 * 60_000;

export const say = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`);

/** Waits until nothing is left to be done, or so long that it never will be: the checks tell what it is. */
export async function allDone(): Promise<void> {
  const deadline = Date.now() + patience;
  for (let n = 0; Date.now() < deadline; n++) {
    const left = await whatIsLeft();
    if (left.length === 0) return;
    if (n % 15 === 0) say(left.join(", "));
    await delay(1000);
  }
  say("it was waited for in vain");
}

/** How much is still to be done, in words; empty when nobody has anything to do any more. */
async function whatIsLeft(): Promise<string[]> {
  const [row] = await db.execute<Record<string, number>>(sql`select
    (select count(*)::int from ${jobs} where ${isNull(jobs.finishedAt)}) as "jobs",
    (select count(*)::int from ${scheduleRuns} where ${isNull(scheduleRuns.retainedAt)}) as "policies to apply",
    (select count(*)::int from control_plane.notifications where status = 'pending') as "notifications",
    (select count(*)::int from control_plane.backup_copies where backup_id is null) as "copies to remove",
    (select count(*)::int from ${backupCopies} where status = 'stored' and backup_id is not null and ${lacksSidecar}) as "manifests to put",
    (select count(*)::int from graphile_worker._private_jobs) as "bells"`);
  const runs = (await untoldEnds()).length;
  return Object.entries({ ...row, "ends of runs to tell": runs }).flatMap(([what, count]) =>
    count > 0 ? [`${count} ${what}`] : [],
  );
}
