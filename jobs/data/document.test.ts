import { beforeAll, describe, expect, it } from "vitest";
import { csvFile, jsonDocument, jsonLines } from "@/jobs/data/document";
import { type CopySession, plainSettings } from "@/jobs/data/rows";
import type { Filters, Selection } from "@/jobs/data/select";
import { type DataSchema, readDataSchema } from "@/jobs/data/tables";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";
import { tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();

let tenant: Schema;
let known: DataSchema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 0 });
  const { sql, schema } = tenant;
  await sql.unsafe(`set search_path = ${quoteIdent(schema)}`);
  await sql.unsafe(`
    create table "odd ""name"", ü" (
      id bigint generated always as identity primary key, "a b" text, amount numeric, raw bytea, doc json, more jsonb,
      tags text[], at timestamptz, day date, ratio float8, twice bigint generated always as (id * 2) stored, unique ("a b"));
    comment on table "odd ""name"", ü" is 'of things';
    insert into "odd ""name"", ü" ("a b", amount, raw, doc, more, tags, at, day, ratio) values
      ('', 12345678901234567890.10, '\\x00ff', E'{"a" :\\n [1,\\r\\n2]}', '{"big": 123456789012345678901234567890}', '{a,NULL,"b,c"}',
        '2026-01-02 03:04:05.678901+02', '0044-03-15 BC', 0.1),
      (null, 'NaN', null, 'null', 'null', '{}', 'infinity', '-infinity', '-Infinity'),
      (E'tab\\t "quote"\\nline\\\\', 0, '', '[]', '"\\u0001"', null, null, null, 1e-300);
    create table parts (id int not null, at date not null, note text, primary key (id, at)) partition by range (at);
    create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
    insert into parts select i, date '2026-01-01' + i, 'n' || i % 3 from generate_series(1, 9) i;
    create table points (id int primary key, part int, at date, to_odd bigint references "odd ""name"", ü",
      foreign key (part, at) references parts (id, at));
    create table empty (id int)`);
  known = await readDataSchema(sql, schema);
});

const tableOf = (name: string) => {
  const table = known.tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
};
const odd = 'odd "name", ü';

async function textOf(pieces: (session: CopySession) => AsyncIterable<Buffer>): Promise<string> {
  const found: Buffer[] = [];
  await tenant.sql.begin(async (tx) => {
    await tx.unsafe(plainSettings);
    for await (const piece of pieces(tx)) found.push(Buffer.from(piece));
  });
  return Buffer.concat(found).toString();
}

const documentOf = (names: string[], options = {}) =>
  textOf((sql) =>
    jsonDocument(sql, { schema: tenant.schema, tables: names.map((name) => ({ table: tableOf(name) })), ...options }),
  );

describe("a schema's tables", () => {
  it("are listed with what an import has to know, partitions as one", () => {
    expect(known.tables.map(({ name }) => name)).toEqual(["empty", odd, "parts", "points"]);
    expect(tableOf(odd)).toMatchObject({
      description: "of things",
      keys: [
        { columns: ["id"], isPrimary: true },
        { columns: ["a b"], isPrimary: false },
      ],
    });
    const column = (name: string) => tableOf(odd).columns.find((one) => one.name === name);
    expect(column("id")).toEqual({
      name: "id",
      type: "bigint",
      isNullable: false,
      hasDefault: false,
      isGenerated: false,
      identity: "always",
    });
    expect(column("twice")).toMatchObject({ isGenerated: true, hasDefault: false });
    expect(tableOf("parts")).toMatchObject({ isPartitioned: true, keys: [{ columns: ["id", "at"], isPrimary: true }] });
    expect(
      known.foreignKeys.map(({ table, columns, refTable, refColumns }) => [table, columns, refTable, refColumns]),
    ).toEqual([
      ["points", ["part", "at"], "parts", ["id", "at"]],
      ["points", ["to_odd"], odd, ["id"]],
    ]);
  });

  it("of a tenant with everything can be read and exported", async () => {
    const torture = await tortureTenant();
    const { tables } = await readDataSchema(torture.sql, torture.schema);
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const [row] = await torture.sql.unsafe(
        `select count(*)::int as n from ${quoteIdent(torture.schema)}.${quoteIdent(table.name)}`,
      );
      const pieces: Buffer[] = [];
      await torture.sql.begin(async (tx) => {
        await tx.unsafe(plainSettings);
        const one = { schema: torture.schema, tables: [{ table }] };
        for await (const piece of jsonDocument(tx, one)) pieces.push(piece);
      });
      const { [table.name]: rows } = JSON.parse(Buffer.concat(pieces).toString());
      // A table that others inherit from has its own rows alone.
      expect([table.name, rows.length <= row?.n]).toEqual([table.name, true]);
    }
  });
});

describe("rows as JSON", () => {
  it("are the values as PostgreSQL writes them, with every digit", async () => {
    const text = await documentOf([odd]);
    expect(text).toContain('"amount":12345678901234567890.10,"raw":"\\\\x00ff"');
    expect(text).toContain('"more":{"big": 123456789012345678901234567890}');
    const rows = JSON.parse(text)[odd];
    expect(rows).toEqual([
      expect.objectContaining({
        id: 1,
        "a b": "",
        doc: { a: [1, 2] },
        tags: ["a", null, "b,c"],
        at: "2026-01-02T01:04:05.678901+00:00",
        day: "0044-03-15 BC",
        ratio: 0.1,
      }),
      expect.objectContaining({
        "a b": null,
        amount: "NaN",
        raw: null,
        tags: [],
        at: "infinity",
        day: "-infinity",
        ratio: "-Infinity",
      }),
      expect.objectContaining({
        "a b": 'tab\t "quote"\nline\\',
        raw: "\\x",
        more: "\u0001",
        tags: null,
        ratio: 1e-300,
      }),
    ]);
  });

  it("of several tables are one document, with or without metadata, pretty or not", async () => {
    const names = known.tables.map(({ name }) => name);
    const plain = JSON.parse(await documentOf(names));
    expect(Object.entries(plain).map(([name, rows]) => [name, (rows as unknown[]).length])).toEqual([
      ["empty", 0],
      [odd, 3],
      ["parts", 9],
      ["points", 0],
    ]);
    expect(JSON.parse(await documentOf(names, { pretty: true }))).toEqual(plain);
    const metadata = { project: "acme" };
    expect(JSON.parse(await documentOf(names, { metadata, pretty: true }))).toEqual({ metadata, data: plain });
  });

  it("are lines of their own as NDJSON, which say their table where there are several", async () => {
    const lines = async (names: string[]) => {
      const tables = names.map((name) => ({ table: tableOf(name) }));
      const text = await textOf((sql) => jsonLines(sql, { schema: tenant.schema, tables }));
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line));
    };
    const rows = JSON.parse(await documentOf([odd]))[odd];
    expect(await lines([odd])).toEqual(rows);
    expect(await lines(["empty", odd, "parts"])).toEqual([
      ...rows.map((row: unknown) => ({ table: odd, row })),
      ...Array.from({ length: 9 }, () => ({ table: "parts", row: expect.anything() })),
    ]);
  });
});

it("rows as CSV tell NULL from an empty text, with any delimiter", async () => {
  const csv = await textOf((sql) =>
    csvFile(sql, { schema: tenant.schema, wanted: { table: tableOf(odd) }, delimiter: ";" }),
  );
  expect(csv.split("\n")[0]).toBe("id;a b;amount;raw;doc;more;tags;at;day;ratio;twice");
  expect(csv).toContain('1;"";12345678901234567890.10;\\x00ff;');
  expect(csv).toContain('\n2;;NaN;;null;null;{};infinity;-infinity;-Infinity;4\n3;"tab\t ""quote""\nline\\";0;\\x;');
});

describe("chosen rows", () => {
  const ids = async (selection: Selection, name = "parts") => {
    const tables = [{ table: tableOf(name), selection }];
    const text = await textOf((sql) => jsonDocument(sql, { schema: tenant.schema, tables }));
    return JSON.parse(text)[name].map(({ id }: { id: number }) => id);
  };

  it.each<[Filters, number[]]>([
    [{ id: 3 }, [3]],
    [{ id: "3" }, [3]],
    [{ note: "n1" }, [1, 4, 7]],
    [{ note: { ne: "n1" }, id: { gt: 3, lte: 6 } }, [5, 6]],
    [{ at: { lt: "2026-01-04", gte: "2026-01-03" } }, [2]],
    [{ id: { in: [9, 1, "5"] } }, [1, 5, 9]],
    [{ id: { in: [] } }, []],
    [{ note: { like: "%2" } }, [2, 5, 8]],
    [{ note: { is_null: true } }, []],
    [{ note: null }, []],
    [{ note: { ne: null }, id: { lt: 3 } }, [1, 2]],
    [{ note: "'; drop table parts; --" }, []],
  ])("are those that fit the filters %j", async (filters, found) => {
    expect(await ids({ filters, limit: 100 })).toEqual(found);
  });

  it("come in pages, in the order of the key", async () => {
    expect(await ids({ limit: 4 })).toEqual([1, 2, 3, 4]);
    expect(await ids({ limit: 4, offset: 8 })).toEqual([9]);
    expect(await ids({ offset: 7 })).toEqual([8, 9]);
  });

  it.each<[string, unknown]>([
    ["a column that is not there", { nothing: 1 }],
    ["an operator that is not there", { id: { between: 1 } }],
    ["a list for eq", { id: { eq: [1] } }],
    ["a text for is_null", { id: { is_null: "yes" } }],
    ["an object in a list", { id: { in: [{}] } }],
    ["a NUL", { note: "a\0" }],
  ])("cannot be chosen by %s", async (_, filters) => {
    const failure = await ids({ filters: filters as Filters }).then(
      () => null,
      (error: Error) => error,
    );
    expect(failure?.message).toMatch(/^The filter of \w+ cannot be used: /);
  });
});
