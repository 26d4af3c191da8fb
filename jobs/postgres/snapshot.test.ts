import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { failureOf } from "@/jobs/lifecycle/failure";
import { connectTenant, toolConnection } from "@/jobs/postgres/connection";
import { pgDumpArgs } from "@/jobs/postgres/pg-dump";
import { openSnapshot, type Snapshot } from "@/jobs/postgres/snapshot";
import { spawnTool } from "@/jobs/postgres/spawn";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { realTool } from "@/jobs/testing/stand-in";
import { adminSql, makeSchema, type Schema, unique } from "@/jobs/testing/tenant";

function open(tenant: Schema, lockWaitSeconds = 30) {
  const name = `test:${unique()}`;
  const session = connectTenant(tenant.connection, name);
  const opening = session
    .unsafe(`set lock_timeout = '${lockWaitSeconds}s'`)
    .then(() => openSnapshot(session, tenant.schema));
  opening.catch(() => {});
  return { name, opening };
}

async function counts(snapshot: Snapshot): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  await snapshot.countRows((table, counted) => (rows[table.name] = counted.rows));
  return rows;
}

/** Rows of each table in a real dump of the snapshot. */
async function dumped(tenant: Schema, snapshot: Snapshot): Promise<Record<string, number>> {
  const request = {
    schema: tenant.schema,
    serverEncoding: "UTF8",
    format: "sql",
    snapshot: snapshot.name,
    lockWaitSeconds: 5,
  } as const;
  const options = { args: pgDumpArgs(request), ...toolConnection(tenant.connection, "test:dump") };
  const stdout = await text(spawnTool(await realTool("pg_dump"), options).stdout ?? Readable.from([]));
  const copies = stdout.matchAll(/^COPY \S+?\.(\S+) .*? FROM stdin;\n([\s\S]*?)\\\.$/gm);
  return Object.fromEntries([...copies].map(([, table, rows]) => [table, (rows?.match(/\n/g) ?? []).length]));
}

describe("a snapshot", () => {
  it.each([
    ["TRUNCATE", "truncate $.t1"],
    ["an ALTER TABLE that writes the table anew", "alter table $.t1 alter body type bytea using body::bytea"],
  ])("shows a table whole that was in the middle of %s when we came", async (_, statement) => {
    const tenant = await makeSchema();
    await using other = await blocking(tenant.url, statement.replace("$", tenant.schema));
    const { name, opening } = open(tenant);
    await waitingForLock(name);
    await other.sql.unsafe(`insert into ${tenant.schema}.t1 select i, 'new' from generate_series(1001, 1005) i`);
    await other.commit();
    const snapshot = await opening;
    const expected = { t1: statement.startsWith("truncate") ? 5 : 105, t2: 100, t3: 100 };
    expect(await counts(snapshot)).toEqual(expected);
    expect(await dumped(tenant, snapshot)).toEqual(expected);
    await snapshot.close();
  });

  it("keeps such statements waiting until it is closed, and readers and writers not", async () => {
    const tenant = await makeSchema();
    const { opening } = open(tenant);
    const snapshot = await opening;
    const name = `test:${unique()}`;
    const other = connectTenant(tenant.connection, name);
    const truncated = other.unsafe(`truncate ${tenant.schema}.t2`).execute();
    await waitingForLock(name);
    await tenant.sql.unsafe(`insert into ${tenant.schema}.t1 values (5000, 'later')`);
    expect(await counts(snapshot)).toEqual({ t1: 100, t2: 100, t3: 100 });
    await snapshot.close();
    await truncated;
    await other.end();
  });

  it("holds a table that came while we waited for locks", async () => {
    const tenant = await makeSchema();
    await using other = await blocking(tenant.url, `lock table ${tenant.schema}.t1`);
    const { name, opening } = open(tenant);
    await waitingForLock(name);
    await other.sql.unsafe(`create table ${tenant.schema}.t9 as select 7 as seven`);
    await other.commit();
    const snapshot = await opening;
    expect(await counts(snapshot)).toEqual({ t1: 100, t2: 100, t3: 100, t9: 1 });
    const [lock] = await tenant.sql`select mode from pg_locks
      where pid = ${snapshot.pid} and relation = ${`${tenant.schema}.t9`}::text::regclass`;
    expect(lock?.mode).toBe("AccessShareLock");
    await snapshot.close();
  });

  it("is taken without a table that went while we waited for locks", async () => {
    const tenant = await makeSchema();
    await using other = await blocking(tenant.url, `drop table ${tenant.schema}.t1`);
    const { name, opening } = open(tenant);
    await waitingForLock(name);
    await other.commit();
    const snapshot = await opening;
    expect(await counts(snapshot)).toEqual({ t2: 100, t3: 100 });
    await snapshot.close();
  });

  it("is given up when tables come and go without end", async () => {
    const tenant = await makeSchema({ tables: 1 });
    const lock = `lock table ${tenant.schema}.t1`;
    await using stack = new AsyncDisposableStack();
    let holder = stack.use(await blocking(tenant.url, lock));
    const { name, opening } = open(tenant);
    for (let n = 2; n <= 6; n++) {
      await waitingForLock(name);
      const next = blocking(tenant.url, lock);
      await waitingForLock("test:blocking");
      await holder.sql.unsafe(`create table ${tenant.schema}.t${n} ()`);
      await holder.commit();
      holder = stack.use(await next);
    }
    await holder.commit();
    expect(await opening.catch(failureOf)).toMatchObject({ code: "schema_changed" });
  });

  it("cannot be taken of a schema that is not there", async () => {
    const tenant = await makeSchema();
    await tenant.sql.unsafe(`drop schema ${tenant.schema} cascade`);
    expect(await open(tenant).opening.catch(failureOf)).toMatchObject({ code: "schema_gone" });
  });

  it("cannot be taken of a schema that was dropped while we waited", async () => {
    const tenant = await makeSchema();
    await using other = await blocking(tenant.url, `drop schema ${tenant.schema} cascade`);
    const { name, opening } = open(tenant);
    await waitingForLock(name);
    await other.commit();
    expect(await opening.catch(failureOf)).toMatchObject({ code: "schema_gone" });
  });

  it("waits for a lock only so long", async () => {
    const tenant = await makeSchema();
    await using _other = await blocking(tenant.url, `lock table ${tenant.schema}.t2`);
    expect(await open(tenant, 1).opening.catch(failureOf)).toMatchObject({ code: "blocked_by_lock" });
  });

  it("is refused for a table that we may not read", async () => {
    const tenant = await makeSchema();
    await adminSql().unsafe(`create table ${tenant.schema}.secrets (id int)`);
    const failure = await open(tenant).opening.catch(failureOf);
    expect(failure).toMatchObject({ code: "permission_denied", message: expect.stringContaining("secrets") });
  });

  it("is no filtered view of a table with row-level security: counting fails", async () => {
    const tenant = await makeSchema();
    await adminSql().unsafe(`create table ${tenant.schema}.accounts (id int);
      alter table ${tenant.schema}.accounts enable row level security;
      grant select on ${tenant.schema}.accounts to public`);
    const snapshot = await open(tenant).opening;
    const failure = await counts(snapshot).catch(failureOf);
    expect(failure).toMatchObject({ code: "permission_denied", message: expect.stringContaining("accounts") });
    await snapshot.close();
  });

  it("counts the rows that a dump of it holds, while others write as fast as they can", async () => {
    const tenant = await makeSchema({ rows: 20_000 });
    let writing = true;
    const writers = [1, 2, 3].map(async (n) => {
      for (let i = 100_000 * n; writing; i++) {
        await tenant.sql.unsafe(`insert into ${tenant.schema}.t${n} select ${i * 10} + k, 'x' from generate_series(1, 5) k;
          delete from ${tenant.schema}.t${n} where id = ${i % 20_000}`);
      }
    });
    for (let round = 0; round < 3; round++) {
      const snapshot = await open(tenant).opening;
      expect(await counts(snapshot)).toEqual(await dumped(tenant, snapshot));
      await snapshot.close();
    }
    writing = false;
    await Promise.all(writers);
  });

  it("is lost with its session: nobody counts outside of it", async () => {
    const tenant = await makeSchema();
    const snapshot = await open(tenant).opening;
    await tenant.sql`select pg_terminate_backend(${snapshot.pid}, 5000)`;
    expect(await counts(snapshot).catch(failureOf)).toMatchObject({ code: "connection_lost" });
    await snapshot.close();
  });
});
