import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataExportOptions } from "@/jobs/data/options";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenOddTenant, type Options, odd, read, rowsIn } from "@/jobs/testing/open-export";
import { unzipped } from "@/jobs/testing/unzipped";

givenControlPlane();
const given = givenOddTenant();

describe.each([false, true])("an export (compress: %s)", (compress) => {
  it.each<[string, Options, { view: (text: string) => unknown; is: unknown }]>([
    ["json", {}, { view: (text) => Object.keys(JSON.parse(text).data), is: [odd, "charts", "clients"] }],
    ["json", { pretty: true, includeMetadata: false }, { view: (text) => JSON.parse(text).charts.length, is: 3 }],
    ["ndjson", {}, { view: (text) => text.trimEnd().split("\n").length, is: 7 }],
    [
      "csv",
      { tableName: "charts" },
      { view: (text) => text, is: "id,client,total\n10,1,12345678901234567890.10\n11,2,NaN\n12,,0.00\n" },
    ],
    [
      "csv",
      { tableName: "charts", csvDelimiter: "\t", limit: 1, offset: 1 },
      { view: (text) => text, is: "id\tclient\ttotal\n11\t2\tNaN\n" },
    ],
    ["csv", { includeTables: ["charts"] }, { view: (text) => text.split("\n").length, is: 5 }],
    [
      "ndjson",
      { tableName: "charts", filters: { id: { gt: 11 } } },
      { view: (text) => text, is: '{"id":12,"client":null,"total":0.00}\n' },
    ],
    [
      "json",
      { tableName: "charts", ids: [10, "12"], includeMetadata: false, includeRelated: false },
      { view: (text) => JSON.parse(text).charts.map(({ id }: { id: number }) => id), is: [10, 12] },
    ],
  ])("as %s with %j", async (format, options, { view, is }) => {
    const { bytes, filename, compressed, recordCount, tableCounts } = await read({ format, compress, ...options });
    const text = (compress ? gunzipSync(bytes) : bytes).toString();
    expect(view(text)).toEqual(is);
    expect(compressed).toBe(compress);
    const table = options.tableName ? `_${options.tableName}` : "";
    const named = `^${given.tenant.slug}${table}_\\d{4}-\\d\\d-\\d\\dT\\d{6}Z\\.${format}${compress ? "\\.gz" : ""}$`;
    expect(filename).toMatch(new RegExp(named));
    expect(Object.values(tableCounts).reduce((a, b) => a + b, 0)).toBe(recordCount);
  });

  it("of several tables as CSV is a zip with a file for each, whatever it is called", async () => {
    const { bytes, filename, contentType, compressed, tableCounts } = await read({ format: "csv", compress });
    expect([contentType, compressed, tableCounts]).toEqual(["application/zip", true, rowsIn]);
    expect(filename).toMatch(/Z\.zip$/);
    const files = await unzipped(bytes);
    expect(Object.keys(files)).toEqual(["a%2Fb%3A %22c%22 100%25.csv", "charts.csv", "clients.csv"]);
    expect(files["charts.csv"]).toBe("id,client,total\n10,1,12345678901234567890.10\n11,2,NaN\n12,,0.00\n");
    expect(files["clients.csv"]).toContain('\n2,"",-a  ,3,-7,\n3,,,,,{}\n');
  });
});

it("an export of no table is a whole file all the same", async () => {
  const excludeTables = ["clients", "charts", odd];
  expect(JSON.parse((await read({ excludeTables, includeMetadata: false })).bytes.toString())).toEqual({});
  expect(await unzipped((await read({ excludeTables, format: "csv" })).bytes)).toEqual({});
});

it("the metadata say what an import has to know", async () => {
  const { metadata } = JSON.parse((await read({ tableName: "charts", ids: [10] })).bytes.toString());
  expect(metadata).toMatchObject({
    coffer_format: 1,
    project: { id: given.tenant.projectId, slug: given.tenant.slug },
    schema: given.tenant.schema,
    postgresql_version: expect.stringMatching(/^\d+/),
    record_count: 2,
    tables: [
      {
        name: "charts",
        rows: 1,
        primary_key: ["id"],
        columns: [
          { name: "id", type: "integer", nullable: false },
          {},
          { name: "total", type: "numeric", nullable: true },
        ],
      },
      { name: "clients", rows: 1 },
    ],
    foreign_keys: [{ table: "charts", columns: ["client"], references: { table: "clients", columns: ["id"] } }],
  });
});

it("formulas are guarded where that is asked for: in texts, not in numbers, NULL and empty as they were", async () => {
  const { bytes } = await read({ tableName: "clients", format: "csv", guardFormulas: true });
  expect(bytes.toString()).toBe(
    'id,name,code,score,nick,tags\n1,\'=1+1,\'+   ,-5,\'@x,{=1}\n2,"",\'-a  ,3,-7,\n3,,,,,{}\n4,\'\tx,a   ,0,\'=,"{""a b""}"\n',
  );
  const { bytes: plain } = await read({ tableName: "clients", format: "csv" });
  expect(plain.toString()).toContain("\n1,=1+1,+   ,-5,@x,{=1}\n");
});

it.each<[string, Options, RegExp]>([
  ["a table that is not there", { includeTables: ["charts", "none"] }, /^There is no table none\.$/],
  ["a table to leave out that is not there", { excludeTables: ["none"] }, /^There is no table none\.$/],
  ["one table that is not there", { tableName: "pg_class" }, /^There is no table pg_class\.$/],
  ["a filter of an unknown column", { tableName: "charts", filters: { x: 1 } }, /no column x/],
  [
    "a filter that the type does not take",
    { tableName: "charts", filters: { id: "x" } },
    /^These rows cannot be looked for: invalid input syntax/,
  ],
  [
    "ids that the type does not take",
    { tableName: "charts", ids: ["x"] },
    /^These rows cannot be looked for: invalid input syntax/,
  ],
  ["rows that are not there", { tableName: "charts", ids: [99] }, /^None of these rows is in charts\.$/],
  ["ids without a table", { ids: [1] }, /tableName is missing/],
  [
    "filters beside ids",
    { tableName: "charts", ids: [1], filters: {} },
    /filters does not go with an export of chosen rows/,
  ],
  [
    "tables beside a table",
    { tableName: "charts", includeTables: ["charts"] },
    /includeTables does not go with an export of one table/,
  ],
  ["a limit without a table", { limit: 1 }, /limit does not go with an export of all tables/],
])("is refused with words: %s", async (_, options, message) => {
  await expect(read(options)).rejects.toThrow(message);
});

it.each<[string, Options]>([
  ["two delimiters", { csvDelimiter: ";;" }],
  ["a quote", { csvDelimiter: '"' }],
  ["a line feed", { csvDelimiter: "\n" }],
  ["a letter", { csvDelimiter: "a" }],
  ["a delimiter of two bytes", { csvDelimiter: "ü" }],
  ["a limit below 0", { tableName: "t", limit: -1 }],
  ["a limit of 1e12", { tableName: "t", limit: 1e12 }],
  ["half a row", { tableName: "t", offset: 0.5 }],
  ["an unknown format", { format: "xml" }],
  ["an unknown operator", { tableName: "t", filters: { a: { between: 1 } } }],
  ["no ids", { tableName: "t", ids: [] }],
  ["an id that has lost its digits", { tableName: "t", ids: [2 ** 60] }],
  ["no tables", { includeTables: [] }],
])("does not fit the options: %s", (_, options) => {
  expect(dataExportOptions.safeParse(options).success).toBe(false);
});

it("row security is an error, never fewer rows", async () => {
  const { sql, schema, connection } = given.tenant;
  await sql.unsafe(`create table ${schema}.mine (id int); insert into ${schema}.mine values (1), (2);
    alter table ${schema}.mine enable row level security; alter table ${schema}.mine force row level security;
    create policy p on ${schema}.mine using (id = 1)`);
  await expect(read({})).rejects.toThrow(/row-level security/);
  await sql.unsafe(`drop table ${schema}.mine`);
  expect(connection.user).not.toBe("postgres");
});
