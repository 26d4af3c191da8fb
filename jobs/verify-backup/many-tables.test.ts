import { eq } from "drizzle-orm";
import { beforeAll, expect, it } from "vitest";
import { db } from "@/db/client";
import { proofs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { jobAtEnd } from "@/jobs/testing/export-job";
import { emptyDatabase } from "@/jobs/testing/restore";
import { adminSql, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { backupOf, verify } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";
import { restoredSchema } from "@/jobs/verify-backup/proof";

givenControlPlane();
givenWorker();

/** The most locks that any session of the job was seen to hold at once, until `isOver`. */
async function mostLocks(jobId: string, isOver: () => boolean): Promise<number> {
  let most = 0;
  while (!isOver()) {
    // It waits in the server, so that it sees dozens of moments a second and takes no time from the work.
    const [row] = await adminSql()<{ locks: number }[]>`
      with pause as materialized (select pg_sleep(0.02)), held as (
        select count(*) as locks from pause, pg_locks join pg_stat_activity using (pid)
        where application_name like ${`coffer:${jobId}%`} group by pid)
      select coalesce(max(locks), 0)::int as locks from held`;
    most = Math.max(most, row?.locks ?? 0);
  }
  return most;
}

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ url: await emptyDatabase(), tables: 0 });
  await tenant.sql.unsafe(`do $$ begin for i in 1..200 loop
    execute format('create table ${tenant.schema}.t%s (id serial primary key, body text)', i);
    execute format('insert into ${tenant.schema}.t%s (body) values (%s)', i, i); end loop; end $$`);
});

// A server has some thousands of places for locks, by default 64 for each session that it allows. A schema of 12,000
// tables with their indexes, sequences and TOAST tables has many times that.
it.each(["custom", "tar", "sql"])("a proof of many tables as %s locks few of them at a time", async (format) => {
  const backup = await backupOf(tenant, { format });
  const id = await verify(backup, "restore");
  let isOver = false;
  const watching = mostLocks(id, () => isOver);
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  isOver = true;
  const most = await watching;
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(200);
  const [proof] = await db.select().from(proofs).where(eq(proofs.jobId, id));
  const { tables, sequences } = restoredSchema.parse(proof?.restored).proof ?? {};
  expect([proof?.result, tables?.length, sequences?.length]).toEqual(["passed", 200, 200]);
});
