import { describe, expect, it } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { readInventory } from "@/jobs/postgres/inventory";
import { adminSql, makeSchema, tenantSql, unique } from "@/jobs/testing/tenant";

/** A schema with exactly these statements done in it. */
async function schemaWith(statements: string, name = `tenant_${unique()}`) {
  await makeSchema({ schema: name, tables: 0 });
  await tenantSql().begin(async (sql) => {
    await sql.unsafe(`set local search_path = ${quoteIdent(name)}`);
    await sql.unsafe(statements);
  });
  return name;
}

const read = (schema: string) => readInventory(tenantSql(), schema);

describe("the inventory of a schema", () => {
  it("tells tables that carry rows from those that do not, sorted as pg_dump sorts them", async () => {
    const schema = await schemaWith(`
      create table b (id int); create table "B" (id int); create table "a z" (id int); create unlogged table u (id int);
      create table p (id int) partition by range (id); create table p_1 partition of p for values from (0) to (10);
      create materialized view m as select 1 as one; create view v as select 1 as one; create sequence s`);
    const { tables } = await read(schema);
    expect(tables.map(({ name, kind, hasData }) => [name, kind, hasData])).toEqual([
      ["B", "table", true],
      ["a z", "table", true],
      ["b", "table", true],
      ["m", "materialized view", false],
      ["p", "partitioned table", false],
      ["p_1", "table", true],
      ["u", "table", true],
    ]);
  });

  it("counts the bytes of large values too, and knows no rows of a table that was never analyzed", async () => {
    const schema = await schemaWith(`
      create table large (body text); alter table large alter body set storage external;
      insert into large select repeat('x', 100000) from generate_series(1, 20);
      create table known (id int); insert into known select generate_series(1, 321); analyze known`);
    const [known, large] = (await read(schema)).tables;
    expect(large?.bytesOnDisk).toBeGreaterThan(2_000_000);
    expect(large?.rowEstimate).toBeNull();
    expect(known?.rowEstimate).toBe(321);
  });

  it("leaves out tables that belong to an extension, as pg_dump does", async () => {
    const schema = await schemaWith("create table mine (id int); create table its (id int)");
    await adminSql().unsafe(`alter extension plpgsql add table ${schema}.its`);
    expect((await read(schema)).tables.map(({ name }) => name)).toEqual(["mine"]);
    await adminSql().unsafe(`alter extension plpgsql drop table ${schema}.its`);
  });

  it("keeps all digits of a sequence, and tells one that was never used", async () => {
    const schema = await schemaWith(`
      create sequence fresh; create sequence large; select setval('large', 9223372036854775806);
      create table t (id int generated always as identity); insert into t default values`);
    expect((await read(schema)).sequences).toEqual([
      { name: "fresh", lastValue: "1", isCalled: false },
      { name: "large", lastValue: "9223372036854775806", isCalled: true },
      { name: "t_id_seq", lastValue: "1", isCalled: true },
    ]);
  });

  it("lists what the schema needs from outside, and nothing else", async () => {
    const shared = await schemaWith(`
      create type mood as enum ('happy'); create table countries (code text primary key);
      create function norm(text) returns text language sql immutable as 'select lower($1)'; create table unrelated ()`);
    const schema = await schemaWith(`
      create table people (id int primary key, mood ${shared}.mood, country text references ${shared}.countries,
        boss int references people, check (${shared}.norm(country) <> ''));
      create view everywhere as select * from ${shared}.countries`);
    const { outsideDependencies } = await read(schema);
    expect(outsideDependencies.map(({ kind, name, schema, extension }) => ({ kind, name, schema, extension }))).toEqual(
      [
        { kind: "function", name: expect.stringContaining("norm"), schema: shared, extension: null },
        { kind: "table", name: "countries", schema: shared, extension: null },
        { kind: "type", name: "mood", schema: shared, extension: null },
      ],
    );
    expect((await read(shared)).outsideDependencies).toEqual([]);
  });

  it("knows its own objects by the schema's name, however odd that is", async () => {
    const odd = `Odd "x" ${unique()}`;
    const schema = await schemaWith("create type mood as enum ('happy'); create table t (m mood)", odd);
    expect((await read(schema)).outsideDependencies).toEqual([]);
    expect((await read(schema)).tables.map(({ name }) => name)).toEqual(["t"]);
  });

  it("gives two schemas of one structure the same version, and another to any other structure", async () => {
    const statements = "create table t (id int primary key, n numeric(10, 2) not null)";
    const version = async (schema: string) => (await read(schema)).schemaVersion;
    const schema = await schemaWith(statements);
    const first = await version(schema);
    expect(await version(await schemaWith(`${statements}; insert into t values (1, 2)`))).toBe(first);
    for (const change of [
      "alter table t alter n drop not null",
      "alter table t alter n type numeric(10, 3)",
      "alter table t add extra int",
      "alter table t add unique (n)",
    ]) {
      expect(await version(await schemaWith(`${statements}; ${change}`))).not.toBe(first);
    }
  });
});
