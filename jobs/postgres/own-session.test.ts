import { expect, it } from "vitest";
import { endKeptSessions, ownSession } from "@/jobs/postgres/own-session";
import { adminSql, makeSchema, unique } from "@/jobs/testing/tenant";

type Connection = Awaited<ReturnType<typeof makeSchema>>["connection"];

async function begun(connection: Connection, name = `test:${unique()}`) {
  const session = await ownSession(connection, name);
  const [row] = await session.sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return { ...session, name, pid: row?.pid ?? 0 };
}

/** What the server says of a session; nothing of one that has ended. */
const seen = (pid: number) =>
  adminSql()`select application_name as name, state from pg_stat_activity where pid = ${pid}`;
const ended = (pid: number) => expect.poll(() => seen(pid), { timeout: 20_000 }).toEqual([]);

it("hands a session that was given back to the next, under its name and with nothing of the one before", async () => {
  const { connection } = await makeSchema();
  const first = await begun(connection);
  await first.sql.unsafe("set lock_timeout = '7s'");
  await first.sql.unsafe("begin isolation level repeatable read, read only");
  await first.giveBack(3);
  expect(await seen(first.pid)).toEqual([{ name: "coffer:kept", state: "idle" }]);
  const next = await begun(connection);
  expect(next.pid).toBe(first.pid);
  const [found] =
    await next.sql`select current_setting('application_name') as name, current_setting('lock_timeout') as wait,
    current_setting('transaction_read_only') as readonly`;
  expect(found).toEqual({ name: next.name, wait: "0", readonly: "off" });
  // It is somebody else's now.
  await first.end();
  await next.sql`select 1`;
  await next.end();
  await ended(next.pid);
});

it("gives one session to one job, and to none that connects otherwise", async () => {
  const { connection } = await makeSchema();
  const first = await begun(connection);
  const beside = await begun(connection);
  expect(beside.pid).not.toBe(first.pid);
  await first.giveBack(1);
  const other = await begun({ ...connection, database: "postgres" });
  expect(other.pid).not.toBe(first.pid);
  for (const session of [beside, other]) await session.end();
  await endKeptSessions();
  await ended(first.pid);
});

it("closes one that nobody wants for a while, and none that somebody has taken", async () => {
  const { connection } = await makeSchema();
  const session = await begun(connection);
  await session.giveBack(1);
  const taken = await begun(connection);
  const later = await begun(connection);
  await later.giveBack(1);
  await ended(later.pid);
  expect(await seen(session.pid)).toMatchObject([{ name: taken.name }]);
  await taken.end();
});

it("closes one that has read about too many tables, or was used too often", async () => {
  const { connection } = await makeSchema();
  const large = await begun(connection);
  await large.giveBack(5_000);
  const first = await begun(connection);
  expect(first.pid).not.toBe(large.pid);
  await ended(large.pid);
  await first.giveBack(1);
  for (let i = 2; i < 100; i++) await (await ownSession(connection, "test")).giveBack(1);
  const last = await begun(connection);
  expect(last.pid).toBe(first.pid);
  await last.giveBack(1);
  const next = await begun(connection);
  expect(next.pid).not.toBe(first.pid);
  await next.end();
});

it("begins a new one when the one that was kept has died", async () => {
  const { connection } = await makeSchema();
  const first = await begun(connection);
  await first.giveBack(1);
  await adminSql()`select pg_terminate_backend(${first.pid})`;
  const next = await begun(connection);
  expect(next.pid).not.toBe(first.pid);
  expect(await seen(next.pid)).toMatchObject([{ name: next.name }]);
  await next.end();
});

it("takes back one that was lost, which is closed already", async () => {
  const { connection } = await makeSchema();
  const session = await begun(connection);
  await session.sql.end({ timeout: 0 });
  await session.giveBack(1);
  const next = await begun(connection);
  expect(next.pid).not.toBe(session.pid);
  await next.end();
});
