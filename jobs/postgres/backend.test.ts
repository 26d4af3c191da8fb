import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { lockHolders, lockWaiters, releaseBackends, sampleDump } from "@/jobs/postgres/backend";
import { applicationName, connectTenant } from "@/jobs/postgres/connection";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { testEnv } from "@/jobs/testing/env";
import { backendsOf } from "@/jobs/testing/leftovers";
import { adminUrlOf, connectionOf, makeSchema, tenantSql } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

const connection = connectionOf(testEnv.tenantUrl);

/** A session under this name that is busy for a long time. */
async function busy(name: string) {
  const sql = connectTenant(connection, name);
  const query = sql`select pg_sleep(600)`.execute();
  query.catch(() => {});
  await waitFor(async () => (await backendsOf(name.split(":")[1])).includes(name), { what: name });
  return { [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }) };
}

describe("releasing the sessions of a job", () => {
  it("ends them all, and says when it has seen that they are gone", async () => {
    const job = randomUUID();
    const names = [applicationName(job, 1), applicationName(job, 2)];
    await using stack = new AsyncDisposableStack();
    for (const name of [...names, applicationName(job, 1, "snapshot"), applicationName(job, 2, "monitor")]) {
      stack.use(await busy(name));
    }
    const asked = Date.now();
    expect((await releaseBackends(connection, names)).getTime()).toBeGreaterThanOrEqual(asked);
    expect(await backendsOf(job)).toEqual([]);
  });

  it("leaves later attempts, other jobs and everybody else alone", async () => {
    const [job, other] = [randomUUID(), randomUUID()];
    await using stack = new AsyncDisposableStack();
    for (const name of [applicationName(job, 1), applicationName(job, 2), applicationName(other, 1)]) {
      stack.use(await busy(name));
    }
    await releaseBackends(connection, [applicationName(job, 1)]);
    expect(await backendsOf(job)).toEqual([applicationName(job, 2)]);
    expect(await backendsOf(other)).toEqual([applicationName(other, 1)]);
  });

  it("is done at once when nothing is left", async () => {
    expect(await releaseBackends(connection, [applicationName(randomUUID(), 1)])).toBeInstanceOf(Date);
  });

  it("fails when the server cannot be asked: nothing is proved then", async () => {
    const names = [applicationName(randomUUID(), 1)];
    await expect(releaseBackends({ ...connection, port: 1 }, names)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("looking at a dump", () => {
  it("shows the table that is being copied, with its rows and bytes", async () => {
    const { schema } = await makeSchema({ tables: 1, rows: 50_000, rowBytes: 1000 });
    const name = applicationName(randomUUID(), 1);
    const sql = connectTenant(connection, name);
    expect(await sampleDump(tenantSql(), name)).toBeNull();
    // Nobody reads: PostgreSQL stops in the middle of the table.
    const stream = await sql.unsafe(`copy ${schema}.t1 to stdout`).readable();
    const sample = await waitFor(
      async () => {
        const seen = await sampleDump(tenantSql(), name);
        return seen?.rows ? seen : null;
      },
      { what: "rows in the sample" },
    );
    const [table] = await tenantSql()`select ${`${schema}.t1`}::text::regclass::oid::int8::float8 as oid`;
    expect(sample.oid).toBe(table?.oid);
    expect(sample.bytes).toBeGreaterThan(sample.rows * 1000);
    expect(sample.rows).toBeLessThan(50_000);
    stream.destroy();
    await sql.end({ timeout: 0 });
  });

  it("shows who waits for us and whom we wait for", async () => {
    const { schema, url } = await makeSchema({ tables: 2 });
    await using holder = await blocking(url, `lock table ${schema}.t1 in access share mode`);
    const [us] = await holder.sql`select pg_backend_pid() as pid`;
    const name = applicationName(randomUUID(), 1);
    await using stack = new AsyncDisposableStack();
    const sql = connectTenant(connection, name);
    stack.defer(() => sql.end({ timeout: 0 }));
    sql.unsafe(`alter table ${schema}.t1 add column extra int`).catch(() => {});
    const waiter = await waitingForLock(name);
    const waiters = await lockWaiters(tenantSql(), [us?.pid]);
    expect(waiters).toEqual([
      {
        pid: waiter,
        user: connection.user,
        application: name,
        query: `alter table ${schema}.t1 add column extra int`,
        seconds: expect.any(Number),
      },
    ]);
    expect(await lockWaiters(tenantSql(), [us?.pid, waiter])).toEqual([]);
    expect((await lockHolders(tenantSql(), waiter)).map(({ pid }) => pid)).toEqual([us?.pid]);
    expect(await lockHolders(tenantSql(), us?.pid)).toEqual([]);
  });

  it("shows waiting sessions of other users too, as far as they may be seen", async () => {
    const { schema, url } = await makeSchema({ tables: 1 });
    await using holder = await blocking(url, `lock table ${schema}.t1 in access share mode`);
    const [us] = await holder.sql`select pg_backend_pid() as pid`;
    const admin = postgres(adminUrlOf(url), { max: 1, connection: { application_name: "an administrator" } });
    admin.unsafe(`alter table ${schema}.t1 add column extra int`).catch(() => {});
    const pid = await waitingForLock("an administrator");
    expect(await lockWaiters(tenantSql(), [us?.pid])).toMatchObject([{ pid, user: expect.stringMatching(/\w/) }]);
    await admin.end({ timeout: 0 });
  });
});
