import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, dataExports } from "@/db/schema";
import { sweepExports } from "@/jobs/export-data/files";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { cancelExport, jobAtEnd } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { adminSql, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess, type WorkerProcess } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let ada: Person;
let importer: Person;
let worker: WorkerProcess;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  importer = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
  await tenant.sql.unsafe(`
    create table ${of("clients")} (id int primary key, name text, amount numeric);
    create table ${of("charts")} (id int primary key, client int references ${of("clients")});
    create table ${of("full")} (id int primary key); insert into ${of("full")} values (9);
    create table ${of("big")} (id int primary key, body text);
    insert into ${of("clients")} values (1, 'one', 12345678901234567890.10), (2, null, 0.1);
    insert into ${of("charts")} values (10, 1), (11, 2);
    insert into ${of("big")} select i, repeat(md5(i::text), 20) from generate_series(1, 60000) i`);
  worker = await startWorkerProcess();
  return () => worker[Symbol.asyncDispose]();
});

const of = (table: string) => `${quoteIdent(tenant.schema)}.${table}`;
const post = (path: string, body: Record<string, unknown>, as = ada) =>
  call(`POST /api/v1/export/${path}`, { as, body: { project_id: tenant.slug, ...body } });
const get = (path: string, as: Person | null = ada, init: RequestInit = {}) =>
  fetch(api.url + path, {
    ...init,
    headers: { ...(as ? { Authorization: `Bearer ${as.jwt}` } : {}), ...init.headers },
  });

describe("rows in an answer", () => {
  it("come as JSON with every digit, with counts and an address for more", async () => {
    const response = await get("/api/v1/export/full", ada, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ project_id: tenant.slug, exclude_tables: ["big"], include_metadata: false }),
    });
    const text = await response.text();
    expect(text).toContain('"amount":12345678901234567890.10');
    const body = JSON.parse(text);
    expect(body).toMatchObject({
      success: true,
      format: "json",
      data: {
        charts: [{ id: 10 }, { id: 11 }],
        clients: [
          { id: 1, name: "one" },
          { id: 2, name: null },
        ],
        full: [{ id: 9 }],
      },
      record_count: 5,
      table_counts: { charts: 2, clients: 2, full: 1 },
      compressed: false,
      download_filename: expect.stringMatching(/^slug-.*Z\.json$/),
    });
    const more = await get(new URL(body.download_url).pathname + new URL(body.download_url).search);
    expect(await more.json()).toEqual(body.data);
    const events = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "data.exported"))
      .orderBy(auditEvents.id);
    expect(events[0]).toMatchObject({ actorId: ada.id, projectId: tenant.projectId, details: { rows: 5 } });
  });

  it("of one table come filtered, as text or packed", async () => {
    const csv = await post("table", { table_name: "clients", format: "csv", filters: { id: { in: [2, 3] } } });
    expect(csv).toMatchObject({ status: 200, body: { data: "id,name,amount\n2,,0.1\n", record_count: 1 } });
    const packed = await post("table", { table_name: "clients", format: "ndjson", compress: true, limit: 1 });
    const { data, compressed } = packed.body as { data: string; compressed: boolean };
    expect([compressed, gunzipSync(Buffer.from(data, "base64")).toString()]).toEqual([
      true,
      '{"id":1,"name":"one","amount":12345678901234567890.10}\n',
    ]);
  });

  it("that are many are left out", async () => {
    expect(await post("table", { table_name: "big" })).toMatchObject({
      status: 200,
      body: { data: null, record_count: 60_000 },
    });
  });

  it("that are chosen bring what belongs to them, by any name of their ids", async () => {
    const chosen = { status: 200, body: { table_counts: { clients: 1, charts: 1 }, record_count: 2 } };
    expect(await post("clients", { ids: [1] })).toMatchObject(chosen);
    expect(await post("clients", { client_ids: ["1"] })).toMatchObject(chosen);
    expect(await post("clients", { ids: [1], client_ids: [2] })).toMatchObject({
      status: 400,
      body: { details: [{ field: "ids" }] },
    });
    expect(await post("clients", { ids: [1], include_related: false })).toMatchObject({ body: { record_count: 1 } });
    expect(await post("clients", { ids: [77] })).toMatchObject({ status: 404, body: { code: "ROW_NOT_FOUND" } });
    expect(await post("nothing", { ids: [1] })).toMatchObject({ status: 404, body: { code: "TABLE_NOT_FOUND" } });
    expect(await post("table", { table_name: "full" })).toMatchObject({ status: 200, body: { record_count: 1 } });
  });

  it.each([
    ["table", { table_name: "clients", limit: -1 }, "limit"],
    ["table", { table_name: "clients", limit: 1e300 }, "limit"],
    ["table", { table_name: "clients", filters: { colour: 1 } }, "filters.colour"],
    ["table", { table_name: "clients", filters: { id: { near: 1 } } }, "filters.id"],
    ["full", { csv_delimiter: "ab" }, "csv_delimiter"],
    ["full", { format: "xlsx" }, "format"],
    ["full", { pages: 1 }, "pages"],
    ["clients", { ids: [] }, "ids"],
    ["clients", {}, "ids"],
  ])("of %s with %o are refused", async (path, body, field) => {
    const refused = await post(path, body);
    expect(refused).toMatchObject({
      status: 400,
      body: { code: "VALIDATION_ERROR", details: [{ field: expect.stringContaining(field) }] },
    });
  });

  it("are nobody else's", async () => {
    expect(await post("full", {}, importer)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    expect(await post("full", {}, await addPerson())).toMatchObject({
      status: 404,
      body: { code: "PROJECT_NOT_FOUND" },
    });
  });
});

describe("rows as a download", () => {
  const url = (query: string, table = "full") => `/api/v1/export/${table}/download?project_id=${tenant.slug}&${query}`;

  it("come while they are read, with a name and a type", async () => {
    const response = await get(url("format=csv&limit=2", "big"));
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "cache-control": "private, no-store, no-transform",
      "content-disposition": expect.stringMatching(/^attachment; filename="slug-.*_big_.*Z\.csv"$/),
    });
    expect((await response.text()).split("\n")).toHaveLength(4);
    const head = await get(url("format=csv"), ada, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "application/zip"]);
    const filtered = await get(url(`format=ndjson&filters=${encodeURIComponent('{"name":"one"}')}`, "clients"));
    expect(await filtered.text()).toMatch(/^\{"id":1,.*\}\n$/);
    expect(await (await get(url("table_name=full"))).json()).toMatchObject({ data: { full: [{ id: 9 }] } });
  });

  it("are refused as they are elsewhere", async () => {
    const statuses = async (query: string, as: Person | null = ada, table = "full") =>
      (await get(url(query, table), as)).status;
    expect(await statuses("", null)).toBe(401);
    expect(await statuses("", importer)).toBe(403);
    expect(await statuses("", await addPerson())).toBe(404);
    expect(await statuses("", ada, "nothing")).toBe(404);
    expect(await statuses("format=xml")).toBe(400);
    expect(await statuses("limit=x", ada, "clients")).toBe(400);
    expect(await statuses("filters=[", ada, "clients")).toBe(400);
    expect(await statuses("ids=7", ada, "clients")).toBe(400);
    expect((await get("/api/v1/export/full/download", ada, { method: "POST" })).status).toBe(405);
    expect((await get("/api/v1/export/%zz/download")).status).toBe(400);
  });

  it("end at the server when the client goes away", async () => {
    await using lock = await blocking(tenant.url, `lock table ${of("clients")} in access exclusive mode`);
    const leaving = new AbortController();
    const asked = get(url("format=ndjson&include_tables=clients"), ada, { signal: leaving.signal }).catch(
      (error) => error.name,
    );
    await waitingForLock("coffer:web");
    leaving.abort();
    expect(await asked).toBe("AbortError");
    const left = async () =>
      (
        await adminSql()`select from pg_stat_activity where application_name = 'coffer:web' and wait_event_type = 'Lock'`
      ).length;
    await waitFor(async () => (await left()) === 0, { what: "the end of the query" });
    await lock.commit();
  });

  it("leave no session at the server when they are left in the middle, by the client or by an answer that is full", async () => {
    const sessions = async () =>
      (await adminSql()`select from pg_stat_activity where application_name = 'coffer:web'`).length;
    const leaving = new AbortController();
    const response = await get(url("format=ndjson", "big"), ada, { signal: leaving.signal });
    await response.body?.getReader().read();
    expect(await sessions()).toBeGreaterThan(0);
    leaving.abort();
    await post("table", { table_name: "big" });
    await waitFor(async () => (await sessions()) === 0, { what: "the end of all sessions", seconds: 20 });
  });
});

describe("rows by a job", () => {
  const files = () => readdir(testEnv.exportDir).catch(() => []);
  const start = async (body: Record<string, unknown> = {}, headers = {}) => {
    const reply = await call("POST /api/v1/exports", { as: ada, body: { project_id: tenant.slug, ...body }, headers });
    expect(reply.status).toBe(202);
    return (reply.body as { data: { job_id: string } }).data.job_id;
  };

  it("become a file that can be downloaded in parts, for a day", async () => {
    const id = await start({ format: "ndjson", table_name: "big" }, { Prefer: "wait=60" });
    const job = await jobAtEnd(id);
    expect(job).toMatchObject({
      status: "completed",
      kind: "export_data",
      progressPercentage: 100,
      rowsDone: 60_000,
      tablesDone: 1,
      tablesTotal: 1,
    });
    const path = `/api/v1/exports/${id}/download`;
    const response = await get(path);
    const bytes = Buffer.from(await response.arrayBuffer());
    const [row] = await db.select().from(dataExports).where(eq(dataExports.jobId, id));
    expect(row).toMatchObject({
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      tableCounts: { big: 60_000 },
    });
    const part = await get(path, ada, { headers: { Range: "bytes=10-19" } });
    expect([part.status, await part.text()]).toEqual([206, bytes.subarray(10, 20).toString()]);
    expect((await get(path, importer)).status).toBe(403);
    expect((await get(path, await addPerson())).status).toBe(404);
    await db.update(dataExports).set({ expiresAt: sql`now() - interval '1 second'` });
    expect((await get(path)).status).toBe(404);
    await sweepExports();
    expect(await db.select().from(dataExports)).toEqual([]);
  });

  it("that are cancelled leave nothing", async () => {
    const before = await files();
    await using lock = await blocking(tenant.url, `lock table ${of("big")} in access exclusive mode`);
    const id = await start({ table_name: "big" });
    await waitingForLock(`coffer:${id}`);
    expect(await cancelExport(id)).toBe("cancelling");
    expect(await jobAtEnd(id)).toMatchObject({
      status: "cancelled",
      cancelReceipt: { filesRemovedAt: expect.any(String) },
    });
    expect(await files()).toEqual(before);
    await lock.commit();
  });

  it("go on after a worker was killed, and there is one file in the end", async () => {
    const before = await files();
    // The first table is written when the second is waited for.
    const lock = await blocking(tenant.url, `lock table ${of("clients")} in access exclusive mode`);
    const id = await start({ include_tables: ["big", "clients"], include_metadata: false });
    await waitingForLock(`coffer:${id}`);
    worker.signal("SIGKILL");
    await worker.exited;
    await lock.commit();
    await lock[Symbol.asyncDispose]();
    await reapNow(id);
    worker = await startWorkerProcess();
    expect(await jobAtEnd(id, 90)).toMatchObject({ status: "completed", attempts: 2 });
    expect(await files()).toEqual([...before, id].toSorted());
  });

  it("of a table that is not there fail, and say so", async () => {
    expect(await jobAtEnd(await start({ table_name: "nothing" }))).toMatchObject({
      status: "failed",
      errorMessage: "There is no table nothing in this project.",
    });
  });
});
