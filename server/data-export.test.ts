import { gunzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { adminSql, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { unzipped } from "@/jobs/testing/unzipped";
import { waitFor } from "@/jobs/testing/wait";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let ada: Person;
let viewer: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  await tenant.sql.unsafe(`
    create table ${tenant.schema}.clients (id bigint primary key, name text, balance numeric);
    create table ${tenant.schema}.charts (client bigint references ${tenant.schema}.clients, n int, primary key (client, n));
    create table ${tenant.schema}."full" (id int primary key, a text);
    create table ${tenant.schema}."tables" (id int primary key);
    create table ${tenant.schema}."a, b" (id int primary key);
    create table ${tenant.schema}.large as select i as id, repeat('x', 1000) as body from generate_series(1, 60000) i;
    insert into ${tenant.schema}.clients values (1, 'Ü', 12345678901234567890.10), (2, '', null), (9007199254740993, null, 0.10);
    insert into ${tenant.schema}.charts values (1, 1), (1, 2), (2, 1);
    insert into ${tenant.schema}."full" values (1, 'x'); insert into ${tenant.schema}."tables" values (7); insert into ${tenant.schema}."a, b" values (8)`);
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  viewer = await addPerson({ permissions: { [tenant.projectId]: [] } });
  stranger = await addPerson();
});

type Exported = Record<string, unknown> & { data: unknown; download_url: string };

async function exported(path: string, fields: object = {}, status = 200): Promise<Exported> {
  const body = { project_id: tenant.slug, ...fields };
  const reply = await call(`POST /api/v1/export/${path}`, { as: ada, body });
  expect(reply).toMatchObject({ status });
  return reply.body as Exported;
}

/** The answer as it was sent: parsing costs digits. */
async function textOf(path: string, fields: object): Promise<string> {
  const headers = { Authorization: `Bearer ${ada.jwt}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ project_id: tenant.slug, ...fields });
  return (await fetch(`${api.url}/api/v1/export/${path}`, { method: "POST", headers, body })).text();
}

async function download(path: string, as = ada): Promise<{ response: Response; bytes: Buffer }> {
  const response = await fetch(api.url + path, { headers: { Authorization: `Bearer ${as.jwt}` } });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

const local = (url: string) => url.replace(/^https?:\/\/[^/]+/, "");
const without = { exclude_tables: ["large"] };

describe("an export in an answer", () => {
  it("has the rows as JSON with every digit, and what there is to know about them", async () => {
    const text = await textOf("full", without);
    expect(text).toContain('{"id":1,"name":"Ü","balance":12345678901234567890.10}');
    expect(text).toContain('{"id":9007199254740993,"name":null,"balance":0.10}');
    expect(JSON.parse(text)).toEqual({
      success: true,
      message: "9 rows of 5 tables.",
      format: "json",
      data: {
        metadata: expect.objectContaining({ record_count: 9 }),
        data: expect.objectContaining({ full: [{ id: 1, a: "x" }] }),
      },
      record_count: 9,
      table_counts: { "a, b": 1, charts: 3, clients: 3, full: 1, tables: 1 },
      export_timestamp: expect.stringMatching(/Z$/),
      compressed: false,
      download_filename: expect.stringMatching(/^slug-\w+_[-\dT]+Z\.json$/),
      download_url: expect.stringContaining("/api/v1/export/full/download?project_id="),
    });
  });

  it.each<[string, string, object, (data: unknown) => unknown, unknown]>([
    ["a text as NDJSON", "table", { table_name: "full", format: "ndjson" }, (data) => data, '{"id":1,"a":"x"}\n'],
    [
      "a text as CSV",
      "table",
      { table_name: "clients", format: "csv", csv_delimiter: ";", filters: { id: { lt: 3 } } },
      (data) => data,
      'id;name;balance\n1;Ü;12345678901234567890.10\n2;"";\n',
    ],
    [
      "base64 when it is compressed",
      "table",
      { table_name: "full", format: "csv", compress: true },
      (data) => gunzipSync(Buffer.from(String(data), "base64")).toString(),
      "id,a\n1,x\n",
    ],
    [
      "pages",
      "table",
      { table_name: "charts", limit: 1, offset: 1, include_metadata: false },
      (data) => data,
      { charts: [{ client: 1, n: 2 }] },
    ],
    [
      "chosen rows with what belongs to them",
      "clients",
      { client_ids: [2], include_metadata: false },
      (data) => data,
      { clients: [{ id: 2, name: "", balance: null }], charts: [{ client: 2, n: 1 }] },
    ],
    [
      "a key of several columns",
      "charts",
      { ids: [{ client: 1, n: 2 }], include_related: false, include_metadata: false },
      (data) => data,
      { charts: [{ client: 1, n: 2 }] },
    ],
    [
      "an id beyond what a number holds",
      "clients",
      { ids: ["9007199254740993"], format: "csv", include_related: false },
      (data) => data,
      "id,name,balance\n9007199254740993,,0.10\n",
    ],
    [
      "a table that is called full",
      "%66ull",
      { full_ids: [1], include_metadata: false },
      (data) => data,
      { full: [{ id: 1, a: "x" }] },
    ],
    [
      "a table that is called tables",
      "tables",
      { ids: [7], include_metadata: false },
      (data) => data,
      { tables: [{ id: 7 }] },
    ],
  ])("gives %s", async (...[, path, fields, view, data]) => {
    const answer = await exported(path, fields);
    expect(view(answer.data)).toEqual(data);
    const again = await download(local(answer.download_url));
    expect(again.response.status).toBe(200);
    const content = answer.compressed ? again.bytes.toString("base64") : again.bytes.toString();
    expect(typeof answer.data === "string" ? content : JSON.parse(content)).toEqual(answer.data);
  });

  it("of several tables as CSV is a zip", async () => {
    const { data, compressed, download_filename } = await exported("full", { ...without, format: "csv" });
    expect([compressed, download_filename]).toEqual([true, expect.stringMatching(/\.zip$/)]);
    expect(await unzipped(Buffer.from(String(data), "base64"))).toMatchObject({ "full.csv": "id,a\n1,x\n" });
  });

  it("gives the address instead of more than 1 MiB", async () => {
    const { data, message, record_count, download_url } = await exported("table", {
      table_name: "large",
      format: "ndjson",
      filters: { id: { in: [1, "2"], lte: 2 } },
    });
    expect([record_count, String(data).length]).toEqual([2, 2 * 1019]);
    const large = await exported("table", { table_name: "large", format: "csv", guard_formulas: true });
    expect([large.data, large.record_count, large.message]).toEqual([
      null,
      60_000,
      expect.stringContaining("Download them."),
    ]);
    expect(message).toBe("2 rows of 1 table.");
    expect((await download(local(large.download_url))).bytes.toString().split("\n")).toHaveLength(60_002);
    expect((await download(local(download_url))).bytes.toString()).toBe(data);
  });

  it("takes the project from the query as well, but not twice", async () => {
    const path = `POST /api/v1/export/table?project_id=${tenant.slug}`;
    expect(await call(path, { as: ada, body: { table_name: "full" } })).toMatchObject({ status: 200 });
    const twice = { as: ada, body: { table_name: "full", project_id: tenant.slug } };
    expect(await call(path, twice)).toMatchObject({ status: 400, body: { message: "project_id is given twice." } });
  });

  it("has no address for more ids than fit in one", async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => i + 1);
    expect(await exported("clients", { ids })).toMatchObject({ download_url: null, record_count: 5 });
  });
});

describe("a download", () => {
  const path = (place: string, query = "") => `/api/v1/export/${place}/download?project_id=${tenant.slug}${query}`;

  it.each<[string, string, string, string]>([
    ["clients", '&format=csv&filters={"id":{"lt":2}}', "text/csv", "id,name,balance\n1,Ü,12345678901234567890.10\n"],
    ["table", "&table_name=full&format=ndjson", "application/x-ndjson", '{"id":1,"a":"x"}\n'],
    ["%66ull", "&format=csv&csv_delimiter=%3B", "text/csv", "id;a\n1;x\n"],
    [
      "clients",
      "&ids=2,1&format=csv&include_related=false",
      "text/csv",
      'id,name,balance\n1,Ü,12345678901234567890.10\n2,"",\n',
    ],
    ["charts", '&ids=[{"client":2,"n":1}]&format=csv&include_related=false', "text/csv", "client,n\n2,1\n"],
    ["full", '&include_tables=["a, b"]&format=csv', "text/csv", "id\n8\n"],
    ["full", "&include_tables=full,tables&exclude_tables=full&format=csv", "text/csv", "id\n7\n"],
  ])("of %s with %s", async (...[place, query, type, content]) => {
    const { response, bytes } = await download(path(place, query));
    expect([response.status, bytes.toString()]).toEqual([200, content]);
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("cache-control")).toBe("private, no-store, no-transform");
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="slug-/);
    expect(response.headers.get("x-record-count")).toMatch(/^\d+$/);
  });

  it("answers a HEAD with what it would be, and counts nothing", async () => {
    const before = await db.$count(auditEvents);
    const reply = await call(`HEAD ${path("full", "&format=csv")}`, { as: ada });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/zip"]);
    expect(await db.$count(auditEvents)).toBe(before);
  });

  it("is in the audit, with what was chosen by and none of the values", async () => {
    await download(path("clients", '&filters={"name":"secret of Ada"}'));
    const events = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "data.exported"))
      .orderBy(auditEvents.id);
    expect(events.at(-1)).toMatchObject({
      actorId: ada.id,
      projectId: tenant.projectId,
      details: { what: "table", table: "clients", filteredBy: ["name"], rows: 0, tables: 1 },
    });
    expect(JSON.stringify(events)).not.toContain("secret of Ada");
  });

  it("whose client leaves ends the server's work", async () => {
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${ada.jwt}` };
    const response = await fetch(api.url + path("large"), { headers, signal: controller.signal });
    await response.body?.getReader().read();
    const sessions = () => adminSql()`select from pg_stat_activity where application_name like 'coffer:export-%'`;
    expect((await sessions()).length).toBe(1);
    controller.abort();
    await waitFor(async () => (await sessions()).length === 0, { what: "the end of the session", seconds: 5 });
  });

  it("that fails midway breaks off", async () => {
    const response = await fetch(api.url + path("large"), { headers: { Authorization: `Bearer ${ada.jwt}` } });
    const reader = response.body?.getReader();
    await reader?.read();
    await adminSql()`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'coffer:export-%'`;
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toThrow();
  });
});

describe("is refused with words:", () => {
  it.each<[string, number, object, RegExp]>([
    ["full", 404, { include_tables: ["none"] }, /^There is no table none\.$/],
    ["full", 400, { csv_delimiter: ";;" }, /^csv_delimiter must be one character/],
    ["full", 400, { csv_delimiter: '"' }, /^csv_delimiter must be one character/],
    ["full", 400, { format: "xml" }, /^format must be json, ndjson or csv\.$/],
    ["full", 400, { include_tables: [] }, /^include_tables must have at least 1/],
    ["full", 400, { filters: {} }, /^filters is not known here\.$/],
    ["table", 400, {}, /^table_name is missing\.$/],
    ["table", 404, { table_name: "pg_class" }, /^There is no table pg_class\.$/],
    ["table", 400, { table_name: "full", limit: -1 }, /^limit must be at least 0\.$/],
    ["table", 400, { table_name: "full", limit: 1e12 }, /^limit must be at most 1000000000\.$/],
    ["table", 400, { table_name: "full", filters: { nothing: 1 } }, /no column nothing/],
    ["table", 400, { table_name: "full", filters: { id: { between: 1 } } }, /^filters\.id\.between is not known here/],
    [
      "table",
      400,
      { table_name: "full", filters: { id: "x" } },
      /^These rows cannot be looked for: invalid input syntax for type integer: "x"\.$/,
    ],
    ["table", 400, { table_name: "full", filters: { a: "x\0" } }, /^filters\.a eq does not take that value\.$/],
    ["clients", 404, { ids: [99] }, /^None of these rows is in clients\.$/],
    ["clients", 400, { ids: [] }, /^ids must have at least 1/],
    ["clients", 400, { ids: [1], client_ids: [1] }, /^ids is given twice\.$/],
    ["clients", 400, { ids: [2 ** 60] }, /^ids\.0/],
    ["clients", 400, { wrong: [1] }, /^wrong is not known here\.$/],
    ["none", 404, { ids: [1] }, /^There is no table none\.$/],
    ["large", 400, { ids: [1] }, /has no primary key/],
  ])("%s (%s) with %j", async (...[path, status, fields, message]) => {
    const answer = await exported(path, fields, status);
    expect(answer.message).toMatch(message);
  });

  it.each<[string, number, RegExp]>([
    ["full/download", 400, /^project_id is missing\.$/],
    ["full/download?project_id=none", 404, /no such project/],
    ["full/download?project_id=SLUG&table_name=full", 400, /^table_name does not go/],
    ["table/download?project_id=SLUG", 400, /^table_name is missing\.$/],
    ["clients/download?project_id=SLUG&table_name=full", 400, /^table_name is in the path already\.$/],
    ["clients/download?project_id=SLUG&filters=[1", 400, /^filters is not valid JSON\.$/],
    ["clients/download?project_id=SLUG&filters=x", 400, /^filters must be a JSON object\.$/],
    ["clients/download?project_id=SLUG&limit=1e3", 400, /^limit must be a number\.$/],
    ["clients/download?project_id=SLUG&nothing=1", 400, /^nothing is not known here\.$/],
    ["clients/download?project_id=SLUG&ids=1&limit=1", 400, /^limit does not go with an export of chosen rows\.$/],
    ["none/download?project_id=SLUG", 404, /^There is no table none\.$/],
    ["%ff/download?project_id=SLUG", 400, /not encoded/],
  ])("%s (%s)", async (path, status, message) => {
    const reply = await call(`GET /api/v1/export/${path.replace("SLUG", tenant.slug)}`, { as: ada });
    expect(reply).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  });

  it("whoever may not, or is not there", async () => {
    const body = { project_id: tenant.slug, ids: [1], table_name: "clients" };
    const { ids: _, table_name: __, ...full } = body;
    const { body: made } = await call("POST /api/v1/tokens", {
      as: ada,
      body: { name: "t", scopes: ["read"] },
    });
    const token = (made as { data: { token: string } }).data.token;
    const who = [
      [stranger, 404, "PROJECT_NOT_FOUND"],
      [viewer, 403, "PERMISSION_DENIED"],
      [token, 403, "PERMISSION_DENIED"],
      [undefined, 401, "UNAUTHENTICATED"],
    ] as const;
    for (const [as, status, code] of who) {
      const asked = { as, body: full };
      expect(await call("POST /api/v1/export/full", asked)).toMatchObject({ status, body: { code } });
      expect(await call("POST /api/v1/exports", asked)).toMatchObject({ status, body: { code } });
      const query = `?project_id=${tenant.slug}`;
      expect(await call(`GET /api/v1/export/full/download${query}`, { as })).toMatchObject({ status, body: { code } });
      expect(await call(`GET /api/v1/export/clients/download${query}`, { as })).toMatchObject({
        status,
        body: { code },
      });
    }
    expect(await call("POST /api/v1/export/full/download", { as: ada, body: {} })).toMatchObject({ status: 405 });
  });
});
