import { describe, expect, it } from "vitest";
import { csvFile, jsonDocument, jsonLines } from "@/jobs/data/document";
import { plainSettings } from "@/jobs/data/rows";
import { readDataSchema } from "@/jobs/data/tables";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { documentOf, givenData, odd, tableOf, textOf } from "@/jobs/testing/data-document";
import { tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();
const given = givenData();

describe("a schema's tables", () => {
  it("are listed with what an import has to know, partitions as one", () => {
    expect(given.known.tables.map(({ name }) => name)).toEqual(["empty", odd, "parts", "points"]);
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
      given.known.foreignKeys.map(({ table, columns, refTable, refColumns }) => [table, columns, refTable, refColumns]),
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
    const names = given.known.tables.map(({ name }) => name);
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
      const text = await textOf((sql) => jsonLines(sql, { schema: given.tenant.schema, tables }));
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
    csvFile(sql, { schema: given.tenant.schema, wanted: { table: tableOf(odd) }, delimiter: ";" }),
  );
  expect(csv.split("\n")[0]).toBe("id;a b;amount;raw;doc;more;tags;at;day;ratio;twice");
  expect(csv).toContain('1;"";12345678901234567890.10;\\x00ff;');
  expect(csv).toContain('\n2;;NaN;;null;null;{};infinity;-infinity;-Infinity;4\n3;"tab\t ""quote""\nline\\";0;\\x;');
});
