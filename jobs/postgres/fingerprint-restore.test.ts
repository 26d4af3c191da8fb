import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { acme } from "@/db/demo/acme";
import { lunaria } from "@/db/demo/lunaria";
import { createShared } from "@/db/demo/shared";
import { spaeti } from "@/db/demo/spaeti";
import { canonicalSettings, type Fingerprint, fingerprintTables } from "@/jobs/postgres/fingerprint";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { sequenceValues } from "@/jobs/postgres/sequence";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { emptyDatabase } from "@/jobs/testing/restore";
import { realTool } from "@/jobs/testing/stand-in";
import { adminSql, adminUrlOf, makeSchema, sessions, unique } from "@/jobs/testing/tenant";
import { makeShared, tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();

const run = promisify(execFile);

/** Another database, in which values print as differently as PostgreSQL knows how. */
async function oddDatabase(): Promise<string> {
  const url = await emptyDatabase();
  const name = new URL(url).pathname.slice(1);
  const settings = [
    "datestyle = 'German, DMY'",
    "timezone = 'Asia/Kathmandu'",
    "extra_float_digits = -15",
    "bytea_output = 'escape'",
  ];
  settings.push(
    "intervalstyle = 'iso_8601'",
    "xmloption = 'document'",
    "search_path = 'elsewhere'",
    "quote_all_identifiers = on",
    "lc_monetary = 'C.utf8'",
  );
  for (const setting of settings) await adminSql().unsafe(`alter database ${name} set ${setting}`);
  return url;
}

/** Carries a schema over with the real tools, and renames it there. */
async function carry(from: string, to: string, [schema, renamed]: [string, string]) {
  const file = path.join(testEnv.folder, `dump-${unique()}`);
  await run(await realTool("pg_dump"), [
    `--schema=${quoteIdent(schema)}`,
    "--strict-names",
    `--file=${file}`,
    "-d",
    from,
  ]);
  await run(await realTool("psql"), ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", to, "-f", file]);
  await sessions(to).unsafe(`alter schema ${quoteIdent(schema)} rename to ${quoteIdent(renamed)}`);
}

async function contents(url: string, schema: string) {
  return sessions(url).begin("isolation level repeatable read, read only", async (tx) => {
    const listed = await tx<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = ${quoteIdent(schema)}::regnamespace and relkind in ('r', 'p', 'm') order by 1`;
    await canonicalSettings(tx, schema);
    const prints: ({ name: string } & Fingerprint)[] = [];
    const tables = listed.map(({ name }) => name);
    await fingerprintTables(tx, { schema, tables }, (name, fingerprint) => prints.push({ name, ...fingerprint }));
    expect(prints.map(({ name }) => name)).toEqual(tables);
    return { tables: prints, sequences: await sequenceValues(tx, schema) };
  });
}

const zoo = `
  create type mood as enum ('sad', E'so "so"', E'\\x01'); create type pair as (a text, b float8); create domain word as text;
  create type words as range (subtype = text); create type moods as (mood mood, moods mood[]);
  create table zoo (id int primary key, cash money, doc xml, at timestamptz, ti time, tz timetz, iv interval, f4 float4, f8 float8, n numeric, raw bytea, raws bytea[],
    vec tsvector, query tsquery, fixed char(5), one "char", bits bit varying, js json, jb jsonb, pair pair, pairs pair[], moods moods, word word, dates daterange[],
    wr words, mr int4multirange, p point, ip inet, net cidr, store hstore, ci citext, tags text[], grid int[], ats timestamptz[], ivs tstzrange, rc regclass, rp regprocedure, rt regtype, o oid, name name);
  create function twice(mood) returns int language sql immutable as 'select 2';
  insert into zoo select i, (i * 1234.56)::numeric::money, xmlparse(content '<?xml version="1.0" encoding="ISO-8859-1"?><a b="' || i || '">ü</a>'), timestamptz '2024-03-31 01:59:59.123456+01' + i * interval '1 h', '12:00:00.5', '12:00:00+05:30',
    make_interval(years => i, days => -i, secs => i / 7.0), i / 7.0, 1e-300 * i / 7, i / 7.0, decode(md5(i::text), 'hex'), array[decode(md5(i::text), 'hex'), null],
    to_tsvector('simple', 'it''s ' || i || ' \\ö'), 'a & !b <-> c', 'ab', 'x', i::bit(8), '{"b": 1, "a" : [1.0, 1.00], "b":2}', '{"b": 1, "a": 1.00}', ('a "b"', i / 3.0)::pair, array[('ü', 0.1)::pair, null],
    ('sad', enum_range(null::mood))::moods, 'w', array[daterange(date '2024-01-01', date '2024-01-01' + i), 'empty'], words('à ', E'à "\\x01'), '{[1,3),[5,9)}', '(0.1,1e300)', '10.1.2.3/8', '10.0.0.0/8',
    hstore(array['b', 'a'], array[null, 'à "x"']), 'MiXed', array['', null, 'NULL', 'a,b', '{}'], '[2:3][0:1]={{1,2},{3,4}}', array[timestamptz '2024-01-01 00:00+00', 'infinity'],
    tstzrange('2024-01-01 00:00+00', null), 'zoo'::regclass, 'twice(mood)'::regprocedure, 'pair[]'::regtype, 4000000000, 'a name' from generate_series(1, 50) i;
  insert into zoo (id) values (0); insert into zoo (id, f4, f8, n, pair, tags, raw, fixed, word, js) values
    (-1, '-0', '-0', '-0.00', row(null, null), '{}', '', '', '', 'null'), (-2, 'NaN', '-infinity', 'NaN', null, '{{a},{null}}', null, null, null, '"x"');
  create table pieces (id int, body text) partition by hash (id); create table pieces_0 partition of pieces for values with (modulus 2, remainder 0);
  create table pieces_1 (junk int, body text, gone int, id int); alter table pieces_1 drop junk, drop gone; alter table pieces attach partition pieces_1 for values with (modulus 2, remainder 1);
  insert into pieces select i, md5(i::text) from generate_series(1, 500) i; alter table zoo drop ip, add later timestamptz default now(), add twice numeric generated always as (n * 2) stored`;

it("is the same after a dump and a restore: a tenant with everything, under another name and other settings", async () => {
  const tenant = await tortureTenant();
  const target = await oddDatabase();
  await makeShared(sessions(target), tenant.shared);
  const before = await contents(tenant.url, tenant.schema);
  expect(before.tables.find(({ name }) => name === "people")?.rows).toBe(2002);
  await carry(tenant.url, target, [tenant.schema, "clone"]);
  expect(await contents(target, "clone")).toEqual(before);
});

it("is the same after a dump and a restore: values of many types", async () => {
  const [source, target] = [await emptyDatabase(), await oddDatabase()];
  for (const url of [source, target]) {
    await sessions(adminUrlOf(url)).unsafe(
      "create extension hstore schema public; create extension citext schema public",
    );
  }
  const { schema, sql } = await makeSchema({ tables: 0, url: source });
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${schema}, public`);
    await tx.unsafe(zoo);
  });
  const before = await contents(source, schema);
  await carry(source, target, [schema, "Another zoo"]);
  expect(await contents(target, "Another zoo")).toEqual(before);
  await sessions(target).unsafe(`update "Another zoo".zoo set mr = '{[1,3),[5,8)}' where id = 50`);
  const different = (await contents(target, "Another zoo")).tables.filter(
    (table, i) => table.fingerprint !== before.tables[i]?.fingerprint,
  );
  expect(different.map(({ name }) => name)).toEqual(["zoo"]);
});

it.each([acme, lunaria, spaeti])("is the same after a dump and a restore: $name", async ({ schema, script }) => {
  const [source, target] = [await emptyDatabase(), await oddDatabase()];
  for (const url of [source, target]) {
    await sessions(url).begin(async (tx) => {
      await tx.unsafe("set local search_path = public; set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'");
      await tx.unsafe(createShared);
    });
  }
  await sessions(source).begin(async (tx) => {
    await tx.unsafe(`create schema ${quoteIdent(schema)}; set local search_path = ${quoteIdent(schema)}`);
    for (const statements of script) await tx.unsafe(statements);
  });
  const before = await contents(source, schema);
  await carry(source, target, [schema, "clone"]);
  expect(await contents(target, "clone")).toEqual(before);
});
