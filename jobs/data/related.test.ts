import { beforeAll, expect, it } from "vitest";
import { jsonDocument } from "@/jobs/data/document";
import { collectRows, type RowId } from "@/jobs/data/related";
import { plainSettings } from "@/jobs/data/rows";
import { type DataSchema, readDataSchema } from "@/jobs/data/tables";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Schema;
let known: DataSchema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 0 });
  await tenant.sql.unsafe(`set search_path = ${quoteIdent(tenant.schema)}`);
  await tenant.sql.unsafe(`
    create table countries (code text primary key);
    create table clients (id int primary key, country text references countries, referrer int references clients);
    create table charts (client int references clients, n int, "odd ""ref""" text references countries, primary key (client, n));
    create table readings (id int primary key, client int, chart int, foreign key (client, chart) references charts (client, n)) ;
    create table events (id int, at date, reading int references readings, primary key (id, at)) partition by range (at);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-07-01');
    create table events_2 partition of events for values from ('2026-07-01') to ('2027-01-01');
    create table eggs (id int primary key, chicken int); create table chickens (id int primary key, egg int references eggs);
    alter table eggs add foreign key (chicken) references chickens;
    create table loose (a int);
    insert into countries values ('AT'), ('CH'), ('DE'), ('FR');
    insert into clients values (1, 'AT', null), (2, 'CH', 1), (3, 'DE', 2), (4, 'AT', null);
    insert into charts values (1, 1, 'FR'), (2, 1, 'AT'), (4, 1, 'DE');
    insert into readings values (10, 1, 1), (20, 2, 1), (40, 4, 1), (41, null, null);
    insert into events values (1, '2026-02-01', 10), (1, '2026-08-01', 10), (2, '2026-08-01', 40);
    insert into eggs values (1, null), (2, null), (3, null); insert into chickens values (1, 1), (2, 2);
    update eggs set chicken = 2 where id = 1; update eggs set chicken = 1 where id = 2`);
  known = await readDataSchema(tenant.sql, tenant.schema);
});

/** By table, the first columns of the rows that were found. */
async function found(table: string, ids: RowId[], includeRelated = true): Promise<Record<string, unknown[]>> {
  const { schema, sql } = tenant;
  const pieces: Buffer[] = [];
  await sql.begin("isolation level repeatable read", async (tx) => {
    await tx.unsafe(plainSettings);
    const tables = await collectRows(tx, { schema, known, table, ids, includeRelated });
    for await (const piece of jsonDocument(tx, { schema, tables })) pieces.push(piece);
  });
  const data: Record<string, Record<string, unknown>[]> = JSON.parse(Buffer.concat(pieces).toString());
  return Object.fromEntries(
    Object.entries(data).map(([name, rows]) => [name, rows.map((row) => Object.values(row)[0]).sort()]),
  );
}

it("a row comes with all that refers to it, and with what that refers to", async () => {
  // Client 1 has referred 2, who has referred 3; nothing but the country leads to 4.
  expect(await found("clients", [1])).toEqual({
    clients: [1, 2, 3],
    charts: [1, 2],
    readings: [10, 20],
    events: [1, 1],
    countries: ["AT", "CH", "DE", "FR"],
  });
});

it("what is only referred to does not bring what else refers to it", async () => {
  expect(await found("readings", ["40"])).toEqual({
    readings: [40],
    charts: [4],
    clients: [4],
    events: [2],
    countries: ["AT", "DE"],
  });
  // 2 was referred by 1, who comes along, but without his own charts.
  expect(await found("clients", [2])).toMatchObject({ clients: [1, 2, 3], charts: [2], readings: [20] });
});

it("what was first only referred to, and then is found to refer to a chosen row, brings its own along", async () => {
  expect(await found("clients", [3, 1])).toMatchObject({ clients: [1, 2, 3], charts: [1, 2], readings: [10, 20] });
});

it("circles end", async () => {
  expect(await found("eggs", [1])).toEqual({ eggs: [1, 2], chickens: [1, 2] });
  expect(await found("eggs", [3])).toEqual({ eggs: [3] });
});

it("rows come alone where that is wished, by one column of a key or by several", async () => {
  expect(await found("clients", [4, 1], false)).toEqual({ clients: [1, 4] });
  expect(
    await found(
      "charts",
      [
        { client: 2, n: 1 },
        { client: 9, n: 1 },
      ],
      false,
    ),
  ).toEqual({ charts: [2] });
  expect(await found("events", [{ id: 1, at: "2026-08-01" }], false)).toEqual({ events: [1] });
});

it.each<[string, [string, RowId[]], string]>([
  ["a table that is not there", ["nothing", [1]], "TABLE_NOT_FOUND"],
  ["rows that are not there", ["clients", [99]], "ROW_NOT_FOUND"],
  ["no rows", ["clients", []], "ROW_NOT_FOUND"],
  ["a table without a primary key", ["loose", [1]], "VALIDATION_ERROR"],
  ["half of a key", ["charts", [1]], "VALIDATION_ERROR"],
  ["half of a key, by name", ["charts", [{ client: 1 }]], "VALIDATION_ERROR"],
  ["a null", ["clients", [null]], "VALIDATION_ERROR"],
])("%s is refused", async (_, chosen, code) => {
  await expect(found(...chosen)).rejects.toMatchObject({ code });
});

it("rows of a very long way of references are all found", async () => {
  const { sql } = tenant;
  await sql`insert into clients select i, null, nullif(i - 1, 100) from generate_series(101, 300) i`;
  expect((await found("clients", [101])).clients).toHaveLength(200);
  await sql`delete from clients where id > 100`;
});
