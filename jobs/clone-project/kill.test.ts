import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs, projects } from "@/db/schema";
import { cloneOptions } from "@/jobs/clone-project/options";
import { startClone } from "@/jobs/clone-project/start";
import { cloneProject } from "@/jobs/clone-project/task";
import { reap } from "@/jobs/lifecycle/reap";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { allowAttempts, jobAtEnd, jobOf } from "@/jobs/testing/export-job";
import { schemasOf } from "@/jobs/testing/restoration";
import { adminSql, makeTenant, unique } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const isThere = async (schema: string) =>
  (await adminSql()`select from pg_namespace where nspname = ${schema}`).length > 0;

/** Starts a clone whose worker and commit end when the schema has its name and the project is not there yet. */
async function killedAtCommit(maxAttempts: number) {
  const tenant = await makeTenant();
  const slug = `clone-${unique()}`;
  await db.execute(sql`
    create or replace function control_plane.wait() returns trigger language plpgsql as
      $$ begin set application_name = 'test:commit'; perform pg_advisory_xact_lock(4714); return null; end $$`);
  await db.execute(sql`drop trigger if exists waits on control_plane.projects`);
  await db.execute(sql`
    create constraint trigger waits after insert on control_plane.projects deferrable initially deferred
      for each row execute function control_plane.wait()`);
  await using worker = await startWorkerProcess();
  const backup = await backupOf(tenant, { format: "custom" });
  await using _lock = await blocking(testEnv.controlUrl, "select pg_advisory_lock(4714)");
  const options = cloneOptions.parse({ backupId: backup.id, slug, name: slug, schemaName: `Clone "${slug}"` });
  const origin = { actor: tester, address: null, requestId: null };
  const { id } = await db.transaction((tx) => startClone(tx, origin, { options, projectId: tenant.projectId }));
  await allowAttempts(id, maxAttempts);
  const pid = await waitingForLock("test:commit");
  expect(await isThere(options.schemaName)).toBe(true);
  worker.signal("SIGKILL");
  await worker.exited;
  await adminSql()`select pg_terminate_backend(${pid}, 10000)`;
  // As if half a minute had passed.
  await db.update(jobs).set({ leaseExpiresAt: sql`now() - interval '1 second'` }).where(eq(jobs.id, id));
  return { id, options };
}

const projectOf = async (slug: string) => (await db.select().from(projects).where(eq(projects.slug, slug)))[0];

it("a worker that is killed between the name of the schema and its commit leaves nothing in the way of the next one", async () => {
  const { id, options } = await killedAtCommit(3);
  expect(await projectOf(options.slug)).toBeUndefined();
  await reap();
  await using _ = await startWorkerProcess();
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
  expect(await projectOf(options.slug)).toMatchObject({ schemaName: options.schemaName });
  expect(await schemasOf(id)).toEqual([]);
});

it("and nothing at all when it was the last attempt", async () => {
  const { id, options } = await killedAtCommit(1);
  // What a worker does every half minute.
  for (const job of await reap()) await cloneProject.clean(job, job.fence);
  expect(await jobOf(id)).toMatchObject({ status: "failed", errorCode: "worker_lost" });
  expect(await isThere(options.schemaName)).toBe(false);
  expect(await projectOf(options.slug)).toBeUndefined();
  expect(await schemasOf(id)).toEqual([]);
});
