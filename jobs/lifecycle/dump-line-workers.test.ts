import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allow, givenNobodyInLine, startScheduled } from "@/jobs/testing/dump-line";
import { allowAttempts, backupsOf, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
givenNobodyInLine();

/** How many exports ran at a time at most, as each change of a job has seen it. */
async function watchRunning(): Promise<() => Promise<number>> {
  await db.execute(sql`create table if not exists public.seen (running int)`);
  await db.execute(sql`truncate public.seen`);
  await db.execute(sql`create or replace function public.see() returns trigger language plpgsql as $$ begin
    insert into public.seen select count(*) from control_plane.jobs where kind = 'export_backup' and lease_expires_at is not null; return null; end $$`);
  await db.execute(sql`create or replace trigger see after update on control_plane.jobs for each row
    when (old.lease_expires_at is null and new.lease_expires_at is not null) execute function public.see()`);
  return async () => {
    const [row] = await db.execute<{ most: number }>(sql`select max(running)::int as most from public.seen`);
    return row?.most ?? 0;
  };
}

describe("several worker processes", () => {
  it("run 20 exports of 5 projects within the budget, each once, and one that somebody starts meanwhile overtakes", async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, () => makeTenant({ tables: 2 })));
    await allow(2);
    const most = await watchRunning();
    await using first = await startWorkerProcess({ WORKER_CONCURRENCY: "4" });
    await using second = await startWorkerProcess({ WORKER_CONCURRENCY: "4" });
    const scheduled: string[] = [];
    for (let n = 0; n < 20; n++) scheduled.push(await startScheduled(tenants[n % 5] as Tenant));
    const manual = await startExport(tenants[0] as Tenant);
    const overtaker = await jobAtEnd(manual);
    const ends = await Promise.all(scheduled.map((id) => jobAtEnd(id, 100)));
    expect(ends.map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(ends.map(() => "completed 1"));
    for (const id of scheduled) expect(await backupsOf(id)).toHaveLength(1);
    expect(ends.filter(({ startedAt }) => Number(startedAt) > Number(overtaker.startedAt)).length).toBeGreaterThan(8);
    expect(await most()).toBe(2);
    expect([first.log(), second.log()].join("")).not.toMatch(/"level":50/);
  });

  it("lose no place with one of them that is killed", async () => {
    const [held, other] = [await makeTenant(), await makeTenant()];
    await allow(1);
    await using lock = await blocking(held.url, `lock table ${held.schema}.t2`);
    await using victim = await startWorkerProcess();
    const lost = await startExport(held);
    await waitingForLock(`coffer:${lost}:1`);
    await allowAttempts(lost, 1);
    const waiting = await startExport(other);
    await jobWhen(waiting, ({ currentStep }) => currentStep === "Waiting: 1st in line for this database");
    await using _survivor = await startWorkerProcess();
    victim.signal("SIGKILL");
    expect(await jobAtEnd(waiting, 100)).toMatchObject({ status: "completed" });
    expect(await jobOf(lost)).toMatchObject({ status: "failed", errorCode: "worker_lost" });
    await lock.commit();
  });
});
