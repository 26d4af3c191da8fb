import { qualified } from "@/jobs/postgres/identifier";
import { keptSchema } from "@/jobs/restore-backup/names";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, jobWhen } from "@/jobs/testing/export-job";
import { schemasOf } from "@/jobs/testing/restoration";
import { lateTool } from "@/jobs/testing/stand-in";
import { makeTenant, type Tenant, tenantSql } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

/** Advisory locks that parts of the tenant's schema wait for, while it is restored and while it is analyzed. */
const [whileRestoring, whileComparing] = [4711, 4712];

export type PausingTenant = { tenant: Tenant; backup: Backup };

/** A tenant with a backup, and with a schema that can be made to wait while it is restored. Starts a worker for the backup. */
export async function pausingTenant(): Promise<PausingTenant> {
  const tenant = await makeTenant();
  const name = (text: string) => qualified(tenant.schema, text);
  await tenantSql().unsafe(`
    create function ${name("pause")}(key bigint, during text) returns int language plpgsql immutable as
      $$ begin if current_query() ilike during then perform pg_advisory_lock_shared(key); end if; return 1; end $$;
    create index on ${name("t1")} ((id + ${name("pause")}(${whileComparing}, 'analyze%')));
    create materialized view ${name("slow")} as select ${name("pause")}(${whileRestoring}, 'refresh%')`);
  const worker = await startWorkerProcess();
  const backup = await backupOf(tenant, { format: "custom" });
  await worker[Symbol.asyncDispose]();
  return { tenant, backup };
}

/** What people have done to it since. */
export async function changeSince({ tenant }: PausingTenant): Promise<void> {
  const name = (text: string) => qualified(tenant.schema, text);
  await tenantSql().unsafe(`delete from ${name("t1")} where id % 2 = 0; create table ${name("newer")} (id int)`);
}

export type Moment = {
  /** For the worker that is to get there. */
  env?: Record<string, string>;
  /** Resolves when the job has got there. */
  reached(jobId: string): Promise<unknown>;
  /** Lets whoever waits go on. */
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

async function atSwap({ tenant }: PausingTenant): Promise<Moment> {
  const lock = await blocking(tenant.url, `select count(*) from ${qualified(tenant.schema, "t2")}`);
  return {
    reached: (id) => jobWhen(id, ({ progress }) => (progress?.blockers.length ?? 0) > 0),
    release: () => lock[Symbol.asyncDispose](),
  };
}

/** The transaction that completes the job waits for the journal's row, which nobody needs between the comparison and the swap. */
async function afterSwap(of: PausingTenant): Promise<Moment> {
  const swap = await atSwap(of);
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

/** Where a restore can be met, in order. After the last one the restored schema is in its place. */
export const moments: Record<string, (of: PausingTenant) => Promise<Moment>> = {
  "before anything is looked at": () => atTool("psql", "version"),
  "while the archive is read": () => atTool("pg_restore"),
  "while the safety backup is made": () => atTool("pg_dump"),
  "before anything is restored": () => atTool("psql"),
  "in the middle of restoring": () => atLock(whileRestoring),
  "while it is compared": () => atLock(whileComparing),
  "while the swap waits for others": atSwap,
  "after the swap": afterSwap,
};
