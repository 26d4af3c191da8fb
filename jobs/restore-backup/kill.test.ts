import { eq, sql } from "drizzle-orm";
import { beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { reap } from "@/jobs/lifecycle/reap";
import { qualified } from "@/jobs/postgres/identifier";
import { keptSchema } from "@/jobs/restore-backup/names";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { schemasOf, startRestoreOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { lateTool } from "@/jobs/testing/stand-in";
import { makeTenant, type Tenant, tenantSql } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

/** Advisory locks that parts of the tenant's schema wait for, while it is restored and while it is analyzed. */
const [whileRestoring, whileComparing] = [4711, 4712];

let tenant: Tenant;
let backup: Backup;
const contents = () => contentsOf(tenant.url, tenant.schema);

async function makeIt() {
  tenant = await makeTenant();
  const name = (text: string) => qualified(tenant.schema, text);
  await tenantSql().unsafe(`
    create function ${name("pause")}(key bigint, during text) returns int language plpgsql immutable as
      $$ begin if current_query() ilike during then perform pg_advisory_lock_shared(key); end if; return 1; end $$;
    create index on ${name("t1")} ((id + ${name("pause")}(${whileComparing}, 'analyze%')));
    create materialized view ${name("slow")} as select ${name("pause")}(${whileRestoring}, 'refresh%')`);
  const worker = await startWorkerProcess();
  backup = await backupOf(tenant, { format: "custom" });
  await worker[Symbol.asyncDispose]();
  await tenantSql().unsafe(`delete from ${name("t1")} where id % 2 = 0; create table ${name("newer")} (id int)`);
}

type Moment = {
  /** For the worker that is killed. */
  env?: Record<string, string>;
  /** Resolves when the job has got there. */
  reached(jobId: string): Promise<unknown>;
  /** Lets the next worker go on. */
  release(): PromiseLike<unknown>;
};

const atTool = async (...tool: Parameters<typeof lateTool>): Promise<Moment> => {
  const { env, reached, open } = await lateTool(...tool);
  return { env, reached, release: open };
};

async function atLock(key: number): Promise<Moment> {
  const lock = await blocking(testEnv.tenantUrl, `select pg_advisory_lock(${key})`);
  return {
    reached: (id) => waitingForLock(`coffer:${id}:1`),
    release: () => lock[Symbol.asyncDispose](),
  };
}

async function atSwap(): Promise<Moment> {
  const lock = await blocking(tenant.url, `select count(*) from ${qualified(tenant.schema, "t2")}`);
  return {
    reached: (id) => jobWhen(id, ({ progress }) => (progress?.blockers.length ?? 0) > 0),
    release: () => lock[Symbol.asyncDispose](),
  };
}

/** The transaction that completes the job waits for the journal's row, which nobody needs between the comparison and the swap. */
async function afterSwap(): Promise<Moment> {
  const swap = await atSwap();
  let journal: Awaited<ReturnType<typeof blocking>> | undefined;
  return {
    async reached(id) {
      await swap.reached(id);
      journal = await blocking(
        testEnv.controlUrl,
        `select from control_plane.restores where job_id = '${id}' for update`,
      );
      await swap.release();
      await waitFor(async () => (await schemasOf(id)).includes(keptSchema(id)), { what: "the swap" });
    },
    release: async () => journal?.[Symbol.asyncDispose](),
  };
}

const moments: Record<string, () => Promise<Moment>> = {
  "before anything is looked at": () => atTool("psql", "version"),
  "while the archive is read": () => atTool("pg_restore"),
  "while the safety backup is made": () => atTool("pg_dump"),
  "before anything is restored": () => atTool("psql"),
  "in the middle of restoring": () => atLock(whileRestoring),
  "while it is compared": () => atLock(whileComparing),
  "while the swap waits for others": atSwap,
  "after the swap": afterSwap,
};

describe("a worker that is killed during a restore", () => {
  beforeEach(makeIt);

  it.each(Object.entries(moments))("%s leaves a whole schema, and the next one goes on", async (when, make) => {
    const before = await contents();
    const moment = await make();
    await using victim = await startWorkerProcess(moment.env);
    const id = await startRestoreOf(backup, tenant, { createSafetyBackup: true });
    await moment.reached(id);
    victim.signal("SIGKILL");
    await victim.exited;

    const isSwapped = when === "after the swap";
    if (isSwapped) expect((await contents()).tables.newer).toBeUndefined();
    else expect(await contents()).toEqual(before);

    await moment.release();
    // As if half a minute had passed.
    await db.update(jobs).set({ leaseExpiresAt: sql`now() - interval '1 second'` }).where(eq(jobs.id, id));
    await reap();
    await using _ = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
    const after = await contents();
    expect(after.tables.newer).toBeUndefined();
    expect(after.tables.t1).not.toBe(before.tables.t1);
    expect(await schemasOf(id)).toEqual([keptSchema(id)]);
    const [kept] = await schemasOf(id);
    expect((await contentsOf(tenant.url, kept ?? "")).tables).toEqual(before.tables);
    expect(await backupsOf(id)).toHaveLength(1);
    expect(await leftovers(id)).toEqual(nothing);
  });
});
