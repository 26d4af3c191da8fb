import { readFileSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import type { Backup } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { large, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenWorker();
givenApi();

const odd = 'Odd. *?$(id) "name"';
let tenant: Tenant;
let backup: Backup;
let viewer: Person;
beforeAll(async () => {
  tenant = await tortureTenant();
  backup = await backupOf(tenant, { format: "custom", compression: "gzip" });
  viewer = await addPerson({ permissions: { [tenant.projectId]: [] } });
});

const at = (path: string, of = backup) => `GET /api/v1/backups/${of.id}/tables${path}`;
const named = (name: string, rest = "") => `/${encodeURIComponent(name)}${rest}`;

describe("whoever may see a project", () => {
  it("sees the tables of a backup with rows and sizes", async () => {
    const { status, body } = await call(at(""), { as: viewer });
    expect(status).toBe(200);
    expect(body).toContainEqual({ name: odd, kind: "table", rows: 1, bytes: expect.any(Number) });
    expect(body).toContainEqual({ name: "events", kind: "partitioned table", rows: null, bytes: 0 });
  });

  it("sees what makes a table, whatever it is called", async () => {
    expect(await call(at(named(odd)), { as: viewer })).toMatchObject({
      status: 200,
      body: {
        name: odd,
        rows: 1,
        columns: [{ name: "select", type: "integer" }, { name: 'a"b', type: "text" }, { name: "ü\\x" }, {}],
        definition: expect.stringContaining('"a""b" text'),
      },
    });
    expect(await call(at("/moods"), { as: viewer })).toMatchObject({
      body: {
        kind: "materialized view",
        definition: expect.stringMatching(/CREATE MATERIALIZED VIEW[\s\S]*moods_mood_idx/),
      },
    });
  });

  it("sees the first rows, NULL apart from the empty text, long values shortened", async () => {
    expect(await call(at(named(odd, "/rows")), { as: viewer })).toMatchObject({
      body: { rows: [["1", "a", "b", "2"]], shortened: [], is_all: true },
    });
    const people = await call(at("/people/rows?limit=6"), { as: viewer });
    expect(people.body).toMatchObject({
      is_all: false,
      columns: expect.arrayContaining([{ name: "balance", type: "numeric(30,10)" }]),
    });
    expect(await call(at("/large/rows"), { as: viewer })).toMatchObject({
      body: {
        rows: [[expect.stringMatching(/^[0-9a-f]{500}$/)]],
        shortened: [{ row: 0, column: 0, bytes: 3_200_000 }],
      },
    });
    expect(await call(at("/events/rows"), { as: viewer })).toMatchObject({
      status: 200,
      body: { rows: [], is_all: true },
    });
  });

  it("downloads one table under a right name, and the audit says so", async () => {
    const { status, headers, body } = await call(at(named(odd, "/download?format=csv")), { as: viewer });
    expect([status, body]).toEqual([200, `select,"a""b",ü\\x,${"x".repeat(63)}\n1,a,b,2\n`]);
    expect(headers.get("content-type")).toMatch(/^text\/csv/);
    const name = decodeURIComponent(
      /filename\*=UTF-8''(.*)$/.exec(headers.get("content-disposition") ?? "")?.[1] ?? "",
    );
    expect(name).toBe(`${backup.filename.replace(/\.dump\.gz$/, "")}.${odd}.csv`);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.action, "backup.table_downloaded"));
    expect(events).toMatchObject([
      { subjectId: backup.id, projectId: tenant.projectId, details: { table: odd, format: "csv" } },
    ]);
    expect(await call(at("/people/download?format=json"), { as: viewer })).toMatchObject({ body: { length: 2002 } });
  });

  it("hears what there is not", async () => {
    for (const path of ["/none", "/none/rows", "/none/download", "/events/download", named("x\0y")])
      expect([path, await call(at(path), { as: viewer })]).toMatchObject([
        path,
        { status: 404, body: { error: "TableNotFound" } },
      ]);
    for (const path of [
      "/people/download?format=xml",
      "/people/rows?limit=0",
      "/people/rows?limit=201",
      "/%ff/download",
    ])
      expect([path, await call(at(path), { as: viewer })]).toMatchObject([path, { status: 400 }]);
    expect(await call(at("/people/download").replace("GET", "POST"), { as: viewer, body: {} })).toMatchObject({
      status: 405,
    });
  });
});

it("nobody else sees that the backup is there", async () => {
  const stranger = await addPerson();
  for (const path of ["", "/people", "/people/rows", "/people/download"]) {
    expect(await call(at(path), { as: stranger })).toMatchObject({ status: 404, body: { error: "BackupNotFound" } });
    expect(await call(at(path))).toMatchObject({ status: 401 });
  }
});

it("a backup whose key is not kept says so, and so does one that was changed", async () => {
  await addKey();
  const encrypted = await backupOf(tenant, { format: "custom", compression: "gzip", encrypt: true });
  for (const path of ["/people", "/people/rows", "/people/download"])
    expect(await call(at(path, encrypted), { as: viewer })).toMatchObject({ status: 422, body: { error: "WrongKey" } });
  expect(await call(at("", encrypted), { as: viewer })).toMatchObject({ status: 200 });
  await truncate(fileOf(encrypted), 100);
  expect(await call(at("/people/rows", encrypted), { as: viewer })).toMatchObject({ body: { error: "BackupCorrupt" } });
});

describe.each(["custom", "sql", "tar"])("a download of a backup as %s whose client leaves", (format) => {
  it("leaves no process behind", async () => {
    const tenant = await makeTenant(large);
    const of = await backupOf(tenant, { format, compression: "gzip" });
    const admin = await addPerson({ role: "admin" });
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${admin.jwt}` };
    const path = at("/t1/download?format=sql", of).slice(4);
    const response = await fetch(api.url + path, { headers, signal: controller.signal });
    await response.body?.getReader().read();
    expect(tools()).not.toEqual([]);
    controller.abort();
    await waitFor(() => tools().length === 0, { what: "the end of the tools", seconds: 5 });
    expect(await call(at("/t2/rows", of), { as: admin })).toMatchObject({ status: 200 });
    expect(tools()).toEqual([]);
  });
});

/** The worker of these tests is a child of ours too. */
const tools = () =>
  readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")
    .split(" ")
    .filter((pid) => pid && !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("worker"));
