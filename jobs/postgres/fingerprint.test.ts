import type postgres from "postgres";
import { beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "@/jobs/lifecycle/failure";
import { connectTenant } from "@/jobs/postgres/connection";
import { canonicalSettings, type Fingerprint, fingerprintTable } from "@/jobs/postgres/fingerprint";
import { adminSql, makeSchema, type Schema, unique } from "@/jobs/testing/tenant";

let tenant: Schema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 0 });
  await within(`
    create type mood as enum ('sad', 'happy', E'\\x02'); create type pair as (a text, b text); create domain word as text; create domain noun as word;
    create table things (id int primary key, a text, b text, n numeric, f float8, mood mood, pair pair, tags text[], noun noun, doc json, raw bytea,
      at timestamptz, fixed char(5), bits varbit, twin int, doubled numeric generated always as (n * 2) stored);
    insert into things select i, 'a' || i, 'b' || i, i, i, 'sad', ('x', i::text)::pair, array['t', i::text], 'noun', '{"a": 1}', '\\x00ff',
      timestamptz '2024-02-29 12:00:00.123456+00' + i * interval '1 s', 'fix', '101', i from generate_series(1, 300) i;
    insert into things (id) values (301), (302);
    create table twins (a text); insert into twins values ('one'), ('one'), ('two'), ('two');
    create table nothing (); insert into nothing default values; insert into nothing default values`);
});

const within = (statements: string) =>
  tenant.sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${tenant.schema}`);
    await tx.unsafe(statements);
  });

const take = (sql: postgres.ISql, table = "things") => fingerprintTable(sql, { schema: tenant.schema, table });

/** Fingerprints before and after the statements, which are undone. */
async function around(statements: string, [table, other] = ["things", "things"]): Promise<[Fingerprint, Fingerprint]> {
  const undone = new Error("undone");
  let seen: [Fingerprint, Fingerprint] | undefined;
  const work = tenant.sql.begin(async (tx) => {
    await canonicalSettings(tx, tenant.schema);
    const before = await take(tx, table);
    await tx.unsafe(statements);
    seen = [before, await take(tx, other)];
    throw undone;
  });
  await work.catch((error) => {
    if (error !== undone) throw error;
  });
  if (!seen) throw new Error("nothing was seen");
  return seen;
}

describe("a fingerprint differs after", () => {
  it.each([
    ["one letter", "update things set a = 'A7' where id = 7"],
    ["one byte", "update things set raw = '\\x01ff' where id = 7"],
    ["NULL in place of an empty text", "update things set a = '' where id = 301"],
    ["NULL in the other of two columns", "update things set a = null, b = a where id = 7"],
    ["two values that changed columns", "update things set a = b, b = a where id = 7"],
    [
      "two values that changed rows",
      "update things t set a = o.a from things o where t.id + o.id = 15 and t.id in (7, 8)",
    ],
    ["a letter that moved over to the next column", "update things set a = 'a7b', b = '7' where id = 7"],
    [
      "a separator that moved",
      "update things set a = E'x\\x01', b = 'y' where id = 7",
      "update things set a = 'x', b = E'\\x01y' where id = 7",
    ],
    ["a text that looks like the mark of a NULL", "update things set a = E'\\x02' where id = 301"],
    ["a trailing zero", "update things set n = 7.0 where id = 7"],
    ["another zero", "update things set f = 0 where id = 7", "update things set f = '-0' where id = 7"],
    ["no number", "update things set f = 0 where id = 7", "update things set f = 'NaN' where id = 7"],
    [
      "the last bit of a float",
      "update things set f = 0.1 where id = 7",
      "update things set f = 0.10000000000000002 where id = 7",
    ],
    ["infinity", "update things set at = 'infinity' where id = 7", "update things set at = '-infinity' where id = 7"],
    ["a microsecond", "update things set at = at + interval '1 us' where id = 7"],
    ["a space in json", "update things set doc = '{\"a\":1}' where id = 7"],
    [
      "a NULL in an array",
      "update things set tags = '{NULL}' where id = 7",
      "update things set tags = '{\"NULL\"}' where id = 7",
    ],
    ["an array of nothing", "update things set tags = '{}' where id = 301"],
    ["a composite of NULLs", "update things set pair = row(null, null) where id = 301"],
    [
      "a composite with an empty text",
      "update things set pair = row(null, '') where id = 7",
      "update things set pair = row('', null) where id = 7",
    ],
    ["no bits", "update things set bits = '' where id = 301"],
    ["an enum", "update things set mood = 'happy' where id = 7"],
    ["an enum that looks like the mark of a NULL", "update things set mood = E'\\x02' where id = 301"],
    ["a domain of a domain", "update things set noun = '' where id = 301"],
    ["a row less", "delete from things where id = 301"],
    ["another name of a column", "alter table things rename b to c"],
  ])("%s", async (_, first, second?: string) => {
    const [before, after] = await around(first);
    expect(after.fingerprint).not.toBe(before.fingerprint);
    if (second) expect((await around(second))[1].fingerprint).not.toBe(after.fingerprint);
  });

  it.each([
    ["a row more of the same", "insert into twins values ('one')"],
    ["a row of the one turned into a row of the other", "update twins set a = 'two' where ctid = '(0,1)'"],
    ["two rows of the one turned into rows of the other", "update twins set a = 'two'"],
  ])("%s", async (_, statement) => {
    const [before, after] = await around(statement, ["twins", "twins"]);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });
});

describe("a fingerprint stays the same", () => {
  it.each([
    ["in another order of rows", "create table copy as select * from things order by md5(id::text)"],
    [
      "in another order of columns, some of them dropped",
      `create table copy (twin int, gone text, doubled numeric, bits varbit, fixed char(5), at timestamptz, raw bytea, doc json,
      noun text, tags text[], pair pair, mood mood, f float8, n numeric, b varchar(9), a text not null default '', id int);
      alter table copy drop gone, alter a drop not null;
      insert into copy select twin, doubled, bits, fixed, at, raw, doc, noun, tags, pair, mood, f, n, b, a, id from things`,
    ],
    [
      "over partitions",
      `create table copy (like things including generated) partition by hash (id);
      create table copy_1 partition of copy for values with (modulus 2, remainder 0); create table copy_2 (like things including generated); alter table copy_2 drop a, add a text;
      alter table copy attach partition copy_2 for values with (modulus 2, remainder 1);
      insert into copy (id, a, b, n, f, mood, pair, tags, noun, doc, raw, at, fixed, bits, twin)
        select id, a, b, n, f, mood, pair, tags, noun, doc, raw, at, fixed, bits, twin from things`,
    ],
    [
      "under other collations",
      `create table copy as select * from things; alter table copy alter a type text collate "POSIX", alter b type text collate "ucs_basic"`,
    ],
    ["in a materialized view", "create materialized view copy as select * from things"],
    [
      "without the rows of those that inherit",
      `create table copy as select * from things; create table heir () inherits (copy); insert into heir (id) values (1)`,
    ],
    [
      "under functions and casts of the tenant's",
      `create table copy as select * from things;
      create function concat(mood) returns text immutable language sql as $$ select 'x' $$; create function octet_length(noun) returns int immutable language sql as $$ select 1 $$;
      create function concat_ws(text, int) returns text immutable language sql as $$ select 'x' $$; create function hashtextextended(text, int) returns int8 immutable language sql as $$ select 1::int8 $$;
      create function count() returns int8 immutable language sql as $$ select 1::int8 $$; create cast (mood as text) with function concat(mood)`,
    ],
  ])("%s", async (_, statements) => {
    const [thing, copy] = await around(statements, ["things", "copy"]);
    expect(copy).toEqual(thing);
  });

  it("when parallel workers share the reading", async () => {
    const [alone, together] = await around(`set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;
      set local min_parallel_table_scan_size = 0; alter table things set (parallel_workers = 2)`);
    expect(together).toEqual(alone);
  });
});

it("tells a materialized view that holds nothing from one that was never filled", async () => {
  const view = "create materialized view v as select 1 as one where false";
  const [, filled] = await around(view, ["nothing", "v"]);
  const [, unfilled] = await around(`${view} with no data`, ["nothing", "v"]);
  expect([filled.rows, unfilled.rows]).toEqual([0, 0]);
  expect(unfilled.fingerprint).not.toBe(filled.fingerprint);
});

describe("no fingerprint is taken", () => {
  it("of a table with rows that row-level security hides", async () => {
    await adminSql().unsafe(`create table ${tenant.schema}.secrets (id int); grant select on ${tenant.schema}.secrets to public;
      alter table ${tenant.schema}.secrets enable row level security; create policy one on ${tenant.schema}.secrets using (id = 1)`);
    expect(await around("", ["secrets", "secrets"]).catch(failureOf)).toMatchObject({ code: "permission_denied" });
  });

  it.each(["not there", "a view"])("of a table that is %s", async (name) => {
    const statements = 'create view "a view" as select 1 as one';
    expect(await around(statements, ["nothing", name]).catch(failureOf)).toMatchObject({ code: "schema_changed" });
  });

  it.each([
    ["without the settings", async () => {}],
    ["with the settings of another schema", (tx: postgres.ISql) => canonicalSettings(tx, "other")],
  ])("%s", async (_, prepare) => {
    const work = tenant.sql.begin(async (tx) => {
      await prepare(tx);
      return take(tx);
    });
    expect(await work.catch(failureOf)).toMatchObject({ code: "connection_lost" });
  });

  it("in a session that took the place of the one that was lost", async () => {
    const session = connectTenant(tenant.connection, `test:${unique()}`);
    await session`begin`;
    await canonicalSettings(session, tenant.schema);
    const [own] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await tenant.sql`select pg_terminate_backend(${own?.pid ?? 0}, 5000)`;
    await session`select 1`.catch(() => {});
    expect(await take(session).catch(failureOf)).toMatchObject({ code: "connection_lost" });
    await session.end();
  });
});
