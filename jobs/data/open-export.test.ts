import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { type OpenExport, withExport } from "@/jobs/data/open-export";
import { type DataExportOptions, dataExportOptions, wishOf } from "@/jobs/data/options";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { gather } from "@/jobs/testing/gather";
import { adminSql, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { unzipped } from "@/jobs/testing/unzipped";
import { waitFor } from "@/jobs/testing/wait";

givenControlPlane();

const odd = 'a/b: "c" 100%';
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  await tenant.sql.begin((tx) =>
    tx.unsafe(`set local search_path = ${tenant.schema};
      create domain rating as int; create domain word as text;
      create table clients (id int primary key, name text, code char(4), score rating, nick word, tags text[]);
      create table charts (id int primary key, client int references clients, total numeric);
      create table "${odd.replaceAll('"', '""')}" (id int);
      insert into clients values (1, '=1+1', '+', -5, '@x', '{=1}'), (2, '', '-a', 3, '-7', null), (3, null, null, null, null, '{}'),
        (4, E'\\tx', 'a', 0, '=', '{"a b"}');
      insert into charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`),
  );
});

type Options = Partial<Record<keyof DataExportOptions, unknown>>;

async function opened<T>(options: Options, use: (opened: OpenExport) => Promise<T>, signal?: AbortSignal) {
  return withExport(
    {
      subject: await loadSubject(tenant.projectId),
      wish: wishOf(dataExportOptions.parse(options)),
      application: `coffer:test-${unique()}`,
      signal: signal ?? new AbortController().signal,
      lockWaitSeconds: 5,
    },
    use,
  );
}

const read = (options: Options) =>
  opened(options, async ({ pieces, ...rest }) => ({ ...rest, bytes: Buffer.concat(await gather(pieces())) }));

const rowsIn = { clients: 4, charts: 3, [odd]: 0 };

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
    const named = `^${tenant.slug}${table}_\\d{4}-\\d\\d-\\d\\dT\\d{6}Z\\.${format}${compress ? "\\.gz" : ""}$`;
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
    project: { id: tenant.projectId, slug: tenant.slug },
    schema: tenant.schema,
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

it("all tables are of one moment, whatever is written meanwhile", async () => {
  const seen = await opened({ format: "csv" }, async ({ pieces, tableCounts }) => {
    const bytes: Buffer[] = [];
    let written = false;
    const pending: Promise<unknown>[] = [];
    const onTable = () => {
      if (written) return;
      written = true;
      const { schema, sql } = tenant;
      pending.push(
        sql.unsafe(
          `insert into ${schema}.clients values (5); update ${schema}.charts set total = 1; delete from ${schema}.charts where id = 12`,
        ),
      );
    };
    const iterator = pieces(onTable)[Symbol.asyncIterator]();
    const first = await iterator.next();
    bytes.push(first.value);
    await Promise.all(pending);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) bytes.push(next.value);
    return { tableCounts, files: await unzipped(Buffer.concat(bytes)), written };
  });
  expect(seen.written).toBe(true);
  expect(seen.tableCounts).toEqual(rowsIn);
  expect(seen.files["clients.csv"]?.trimEnd().split("\n")).toHaveLength(5);
  expect(seen.files["charts.csv"]).toContain("12345678901234567890.10\n11,2,NaN\n12,,0.00\n");
  await tenant.sql.unsafe(`delete from ${tenant.schema}.clients where id = 5; truncate ${tenant.schema}.charts;
    insert into ${tenant.schema}.charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`);
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

it("a table that is emptied and filled while the export opens is not taken for an empty one", async () => {
  const { schema, url } = tenant;
  await using filling = await blocking(url, `truncate ${schema}.charts`);
  await filling.sql.unsafe(
    `insert into ${schema}.charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`,
  );
  const reading = read({ includeTables: ["charts"] });
  await waitingForLock("coffer:test-");
  await filling.commit();
  expect((await reading).tableCounts).toEqual({ charts: 3 });
});

it("row security is an error, never fewer rows", async () => {
  const { sql, schema, connection } = tenant;
  await sql.unsafe(`create table ${schema}.mine (id int); insert into ${schema}.mine values (1), (2);
    alter table ${schema}.mine enable row level security; alter table ${schema}.mine force row level security;
    create policy p on ${schema}.mine using (id = 1)`);
  await expect(read({})).rejects.toThrow(/row-level security/);
  await sql.unsafe(`drop table ${schema}.mine`);
  expect(connection.user).not.toBe("postgres");
});

describe("a reader that stops early", () => {
  const sessions = (application: string) => adminSql()`
    select state from pg_stat_activity where application_name like ${`${application}%`}`;
  let big: Tenant;
  beforeAll(async () => {
    big = await makeTenant({ tables: 1, firstRows: 60_000, rowBytes: 1500 });
  });
  const opening = async (signal: AbortSignal, options: Options = {}) => ({
    subject: await loadSubject(big.projectId),
    wish: wishOf(dataExportOptions.parse(options)),
    application: `coffer:test-${unique()}`,
    signal,
    lockWaitSeconds: 5,
  });

  it.each(["json", "ndjson", "csv"])("of %s ends the server's work, and gets what it wanted", async (format) => {
    const wanted = await opening(new AbortController().signal, { format, tableName: "t1" });
    const first = await withExport(wanted, async ({ pieces }) => {
      for await (const piece of pieces()) return piece.length;
    });
    expect(first).toBeGreaterThan(0);
    expect(await sessions(wanted.application)).toEqual([]);
  });

  it("by going away ends it, too, in the middle of a count that waits", async () => {
    await using lock = await blocking(big.url, `lock table ${big.schema}.t1`);
    const controller = new AbortController();
    const wanted = { ...(await opening(controller.signal)), lockWaitSeconds: 60 };
    const ended = withExport(wanted, async () => "never").catch((error: Error) => error.name);
    await waitFor(async () => (await sessions(wanted.application)).length > 0, { what: "the export" });
    controller.abort();
    expect(await ended).toBe("AbortError");
    expect(await sessions(wanted.application)).toEqual([]);
    await lock.commit();
  });

  it("hears of a failure, and not of an end, when the server ends the session", async () => {
    const wanted = await opening(new AbortController().signal, { format: "csv", compress: true });
    const reading = withExport(wanted, async ({ pieces }) => {
      let bytes = 0;
      for await (const piece of pieces()) {
        if (bytes === 0)
          await adminSql()`select pg_terminate_backend(pid) from pg_stat_activity where application_name like ${`${wanted.application}%`}`;
        bytes += piece.length;
      }
      return bytes;
    });
    await expect(reading).rejects.toThrow();
  });
});
