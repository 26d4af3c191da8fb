import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { dataFile, outcomeOf, startedImport } from "@/jobs/testing/data-import";
import { testEnv } from "@/jobs/testing/env";
import { backupsOf, cancelExport, jobAtEnd } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

/** Advisory locks that a row waits for when its value is read, and when it is written. */
const [whileReading, whileWriting] = [5711, 5712];

let tenant: Tenant;
let schema: string;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  schema = quoteIdent(tenant.schema);
  await tenant.sql.unsafe(`
    create function ${schema}.pause(key bigint) returns boolean language plpgsql as
      $$ begin perform pg_advisory_lock_shared(key); perform pg_advisory_unlock_shared(key); return true; end $$;
    create domain ${schema}.slow as int check (value <> 500 or ${schema}.pause(${whileReading}));
    create table ${schema}.things (id int generated always as identity, n ${schema}.slow);
    create function ${schema}.wait() returns trigger language plpgsql as
      $$ begin if new.n = 700 then perform ${schema}.pause(${whileWriting}); end if; return new; end $$;
    create trigger wait before insert on ${schema}.things for each row execute function ${schema}.wait();
    insert into ${schema}.things (n) values (-1)`);
});

/** It has no key, so rows that were written twice would be there twice. */
const content = `n\n${Array.from({ length: 1000 }, (_, i) => i).join("\n")}\n`;
const count = async () => Number((await tenant.sql.unsafe(`select count(*) as n from ${schema}.things`))[0]?.n);
const start = async () =>
  startedImport(tenant, await dataFile(tenant, content), { table: "things", createBackup: true });

type Moment = { reached(jobId: string): Promise<unknown>; release(): Promise<unknown> };

const atLock = async (statement: string, url = tenant.url): Promise<Moment> => {
  const lock = await blocking(url, statement);
  return { reached: (id) => waitingForLock(`coffer:${id}:1`), release: async () => lock[Symbol.asyncDispose]() };
};

/** The transaction that completes the job waits for the row that tells what was found, which is there since its beginning. */
async function afterWriting(): Promise<Moment> {
  const writing = await atLock(`select pg_advisory_lock(${whileWriting})`);
  let row: Awaited<ReturnType<typeof blocking>> | undefined;
  return {
    async reached(id) {
      await writing.reached(id);
      row = await blocking(
        testEnv.controlUrl,
        `select from control_plane.data_imports where job_id = '${id}' for update`,
      );
      const before = await count();
      await writing.release();
      await waitFor(async () => (await count()) > before, { what: "the rows" });
    },
    release: async () => row?.[Symbol.asyncDispose](),
  };
}

const before: [string, () => Promise<Moment>][] = [
  ["while its rows are staged", () => atLock(`select pg_advisory_lock(${whileReading})`)],
  ["while it waits for the table", () => atLock(`lock table ${schema}.things in row exclusive mode`)],
  ["in the middle of writing", () => atLock(`select pg_advisory_lock(${whileWriting})`)],
];

describe("a worker that is killed during an import", () => {
  it.each([...before, ["after the rows were written", afterWriting] as const])(
    "%s has imported nothing or everything, and the next one goes on: the rows are there once",
    async (when, make) => {
      const was = await count();
      const moment = await make();
      await using victim = await startWorkerProcess();
      const id = await start();
      await moment.reached(id);
      victim.signal("SIGKILL");
      await victim.exited;
      expect(await count()).toBe(when === "after the rows were written" ? was + 1000 : was);
      await moment.release();
      await reapNow(id);
      await using _ = await startWorkerProcess();
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
      expect(await count()).toBe(was + 1000);
      expect((await outcomeOf(id)).report?.tables).toMatchObject([{ table: "things", insert: 1000 }]);
      expect(await backupsOf(id)).toHaveLength(1);
      expect(await leftovers(id)).toEqual(nothing);
    },
  );
});

describe("an import that is cancelled", () => {
  it.each(before)("%s leaves the rows as they were", async (_, make) => {
    const was = await count();
    const moment = await make();
    await using _worker = await startWorkerProcess();
    const id = await start();
    await moment.reached(id);
    expect(await cancelExport(id)).toBe("cancelling");
    const job = await jobAtEnd(id);
    expect(job).toMatchObject({ status: "cancelled", errorCode: null });
    expect(job.cancelReceipt).toMatchObject({ backendEndedAt: expect.any(String), filesRemovedAt: expect.any(String) });
    await moment.release();
    expect(await count()).toBe(was);
    expect(await leftovers(id)).toEqual(nothing);
  });

  it("after the rows were written is told that it is too late, and ends well", async () => {
    const moment = await afterWriting();
    await using _ = await startWorkerProcess();
    const id = await start();
    await moment.reached(id);
    const asking = db.transaction((tx) => requestCancel(tx, id, tester.id));
    await expect(asking).rejects.toMatchObject({ code: "INVALID_JOB_STATUS" });
    await moment.release();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
  });
});
