import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type DataExport, withDataExport } from "@/jobs/data/export";
import { dataExportOptions } from "@/jobs/data/options";
import { readSources } from "@/jobs/data-file/read";
import { recognise } from "@/jobs/data-file/recognise";
import { connectTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Schema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 0 });
  await tenant.sql.unsafe(`
    set search_path = ${quoteIdent(tenant.schema)};
    create table clients (id int primary key, name text, amount numeric);
    create table "charts/of" (id int primary key, client int references clients, formula text);
    create table empty (a int); create table nothing (); insert into nothing default values;
    insert into clients values (1, 'ä "q"', 12345678901234567890.10), (2, null, -5), (3, '', 0);
    insert into "charts/of" values (1, 1, '=1+1'), (2, 1, '-x'), (3, 2, 'plain'), (4, null, null); reset search_path`);
});

type Opened = Pick<DataExport, "filename" | "contentType" | "tables"> & {
  counts: Record<string, number>;
  bytes: Buffer;
};

async function exported(wish: Record<string, unknown>, meanwhile: (table: string) => void = () => {}): Promise<Opened> {
  const session = connectTenant(tenant.connection, "test:export");
  try {
    const project = { slug: "acme", name: "Acme", schema: tenant.schema };
    const options = dataExportOptions.parse(wish);
    return await withDataExport(
      session,
      { project, options, now: new Date("2026-01-29T15:30:07Z") },
      async (opened) => {
        const all: Buffer[] = [];
        for await (const piece of opened.pieces(meanwhile)) all.push(Buffer.from(piece));
        return { ...opened, counts: await opened.counts(), bytes: Buffer.concat(all) };
      },
    );
  } finally {
    await session.end();
  }
}

const text = async (wish: Record<string, unknown>) => (await exported(wish)).bytes.toString();

describe("an export of rows", () => {
  it("as JSON says what the rows are of", async () => {
    const { bytes, filename, contentType, counts } = await exported({ format: "json" });
    expect([filename, contentType]).toEqual(["acme_2026-01-29T153007Z.json", "application/json"]);
    expect(counts).toEqual({ "charts/of": 4, clients: 3, empty: 0, nothing: 1 });
    expect(bytes.toString()).toContain('"amount":12345678901234567890.10');
    expect(JSON.parse(bytes.toString())).toMatchObject({
      metadata: {
        format: "coffer-rows",
        project: "acme",
        schema: tenant.schema,
        exportedAt: "2026-01-29T15:30:07.000Z",
        tables: [{}, { name: "clients", rows: 3, columns: [{ name: "id", type: "integer" }, {}, {}] }, {}, {}],
      },
      data: { clients: [{ id: 1, name: 'ä "q"' }, { name: null }, { name: "" }], empty: [], nothing: [{}] },
    });
    expect(JSON.parse(await text({ includeMetadata: false, includeTables: ["empty"] }))).toEqual({ empty: [] });
  });

  it.each([
    [{ format: "json" }, "json", ["charts/of", "clients", "empty", "nothing"]],
    [{ format: "json", pretty: true, compress: true }, "json.gz", ["charts/of", "clients", "empty", "nothing"]],
    [{ format: "ndjson", excludeTables: ["nothing"] }, "ndjson", ["charts/of", "clients"]],
    [{ format: "csv", csvDelimiter: ";" }, "zip", ["charts_of", "clients", "empty"]],
    [{ format: "csv", includeTables: ["clients"], compress: true }, "csv.gz", [null]],
  ])("with %o can be read again", async (wish, extension, tables) => {
    const { bytes, filename } = await exported(wish);
    expect(filename).toBe(`acme_2026-01-29T153007Z.${extension}`);
    const file = path.join(testEnv.folder, filename);
    await writeFile(file, bytes);
    const nature = await recognise(file, { filename });
    const found = new Set<string | null>();
    for await (const source of readSources({
      path: file,
      nature,
      maxBytes: 1e9,
      signal: new AbortController().signal,
    })) {
      found.add(source.table);
      if (source.kind === "csv") for await (const _ of source.records);
    }
    expect([...found]).toEqual(tables);
  });

  it("of one table takes filters and pages, as CSV with NULL and empty apart", async () => {
    const clients = { tableName: "clients", format: "csv" };
    expect(await text(clients)).toBe('id,name,amount\n1,"ä ""q""",12345678901234567890.10\n2,,-5\n3,"",0\n');
    expect(await text({ ...clients, filters: { id: { gte: 2 } }, limit: 1, csvDelimiter: "\t" })).toBe(
      "id\tname\tamount\n2\t\t-5\n",
    );
    const { counts, filename } = await exported({ ...clients, filters: { name: null } });
    expect([counts, filename]).toEqual([{ clients: 1 }, "acme_clients_2026-01-29T153007Z.csv"]);
  });

  it("of chosen rows brings what belongs to them", async () => {
    const { bytes, counts } = await exported({ tableName: "clients", ids: [1], includeMetadata: false });
    expect(counts).toEqual({ clients: 1, "charts/of": 2 });
    expect(JSON.parse(bytes.toString())).toMatchObject({ clients: [{ id: 1 }], "charts/of": [{ id: 1 }, { id: 2 }] });
    const alone = { tableName: "clients", ids: ["2"], includeRelated: false, format: "ndjson" };
    expect(await text(alone)).toBe('{"id":2,"name":null,"amount":-5}\n');
  });

  it("keeps a spreadsheet from taking text for formulas, where that is wanted", async () => {
    const charts = { tableName: "charts/of", format: "csv" };
    expect(await text(charts)).toBe("id,client,formula\n1,1,=1+1\n2,1,-x\n3,2,plain\n4,,\n");
    expect(await text({ ...charts, guardFormulas: true })).toBe(
      "id,client,formula\n1,1,'=1+1\n2,1,'-x\n3,2,plain\n4,,\n",
    );
    expect(await text({ tableName: "clients", format: "csv", guardFormulas: true })).toContain("2,,-5\n");
  });

  it("shows all tables as they were at one time", async () => {
    const writing: PromiseLike<unknown>[] = [];
    const { bytes } = await exported(
      { includeMetadata: false, includeTables: ["charts/of", "clients", "empty"] },
      (table) => {
        if (table === "charts/of")
          writing.push(tenant.sql.unsafe(`insert into ${quoteIdent(tenant.schema)}.empty values (1)`));
      },
    );
    await Promise.all(writing);
    expect(JSON.parse(bytes.toString()).empty).toEqual([]);
    await tenant.sql.unsafe(`truncate ${quoteIdent(tenant.schema)}.empty`);
  });

  it.each([
    [{ includeTables: ["no"] }, "TABLE_NOT_FOUND"],
    [{ excludeTables: ["no"] }, "TABLE_NOT_FOUND"],
    [{ tableName: "no" }, "TABLE_NOT_FOUND"],
    [{ tableName: "clients", filters: { no: 1 } }, "VALIDATION_ERROR"],
    [{ tableName: "clients", ids: [77] }, "ROW_NOT_FOUND"],
  ])("of %o is refused before its first byte", async (wish, code) => {
    await expect(exported(wish)).rejects.toMatchObject({ code });
  });

  it("unpacks to the same bytes", async () => {
    const [plain, packed] = [
      await exported({ format: "ndjson" }),
      await exported({ format: "ndjson", compress: true }),
    ];
    expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
  });
});

it.each([
  { csvDelimiter: '"' },
  { csvDelimiter: ";;" },
  { csvDelimiter: "a" },
  { csvDelimiter: "é" },
  { limit: -1 },
  { offset: 1e20 },
  { ids: [] },
  { filters: { id: { like_this: 1 } } },
  { format: "xml" },
  { colour: 1 },
])("%o is no wish", (wish) => {
  expect(dataExportOptions.safeParse(wish).success).toBe(false);
});
