import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, dataFiles } from "@/db/schema";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person, type Reply } from "@/server/testing/api";

givenControlPlane();
givenApi({ IMPORTS_PER_MINUTE: "0" });
givenWorker();

let tenant: Tenant;
let ada: Person;
let viewer: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  ada = await addPerson({ permissions: { [tenant.projectId]: ["import", "export", "restore"] } });
  viewer = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  await tenant.sql.unsafe(`
    create table ${of("clients")} (id int primary key, name text not null, amount numeric);
    create table ${of("charts")} (id int primary key, client int not null references ${of("clients")})`);
});
beforeEach(async () => {
  await tenant.sql.unsafe(
    `truncate ${of("clients")}, ${of("charts")}; insert into ${of("clients")} values (1, 'one', 1.10)`,
  );
});

const of = (table: string) => `${quoteIdent(tenant.schema)}.${table}`;
const clients = () => tenant.sql.unsafe(`select id, name, amount from ${of("clients")} order by id`);

async function send(path: string, fields: Record<string, string | Blob>, as = ada): Promise<Reply> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ project_id: tenant.slug, ...fields })) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, "clients.csv");
  }
  const response = await fetch(api.url + path, {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${as.jwt}` },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const csv = "id,name,amount\n1,uno,12345678901234567890.10\n2,two,\n";
const file = (text: string | Buffer = csv) => new Blob([new Uint8Array(Buffer.from(text))]);

describe("a file of rows", () => {
  it("is looked at, tried and imported by REST, with the same numbers", async () => {
    const valid = await send("/api/v1/import/validate", { table: "clients", file: file() });
    expect(valid).toMatchObject({
      status: 200,
      body: {
        valid: true,
        errors: [],
        detected_format: "csv",
        tables_found: ["clients"],
        record_counts: { clients: 2 },
        total_records: 2,
      },
    });
    const merge = { import_mode: "upsert", conflict_resolution: "overwrite" };
    const dry = await send("/api/v1/import/dry-run", { table: "clients", ...merge, file: file(gzipSync(csv)) });
    expect(dry).toMatchObject({
      status: 200,
      body: {
        success: true,
        will_insert: 1,
        will_update: 1,
        will_skip: 0,
        will_delete: 0,
        conflicts: 1,
        table_operations: [{ table: "clients", insert: 1, update: 1 }],
      },
    });
    const { job_id, file_id } = dry.body as { job_id: string; file_id: string };
    const wish = { project_id: tenant.slug, table: "clients", file_id, dry_run_id: job_id, ...merge };
    const done = await call("POST /api/v1/import/execute", { as: ada, body: wish });
    expect(done).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: "1 row inserted, 1 updated.",
        records_inserted: 1,
        records_updated: 1,
        records_failed: 0,
        table_results: [{ table: "clients", insert: 1, update: 1 }],
      },
    });
    expect([...(await clients())]).toMatchObject([
      { id: 1, name: "uno", amount: "12345678901234567890.10" },
      { id: 2, name: "two", amount: null },
    ]);
    const { backup_id } = done.body as { backup_id: string };
    const [backup] = await db.select().from(backups).where(eq(backups.id, backup_id));
    expect(backup).toMatchObject({ type: "safety", description: "What was there before an import of rows." });
    expect(await db.select().from(dataFiles).where(eq(dataFiles.id, file_id))).toEqual([]);
    const audited = await db
      .select({ action: auditEvents.action })
      .from(auditEvents)
      .where(eq(auditEvents.actorId, ada.id));
    const actions = audited.map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining([
        "data.uploaded",
        "data.check_started",
        "data.import_started",
        "backup.made",
        "data.imported",
      ]),
    );
  });

  it("of one table is imported by the table's own address, as text or as a form", async () => {
    const wish = { project_id: tenant.projectId, data: '[{"id": 7, "name": "seven"}]', create_backup: false };
    expect(await call("POST /api/v1/import/clients", { as: ada, body: wish })).toMatchObject({
      status: 200,
      body: { records_inserted: 1 },
    });
    const form = { data: "id,name\n8,eight\n", create_backup: "false", validate_first: "false" };
    expect(await send("/api/v1/import/clients", form)).toMatchObject({
      status: 200,
      body: { records_inserted: 1, backup_id: null },
    });
    const renamed = {
      file: file("nr;titel\n9;neun\n"),
      mapping: JSON.stringify([{ source: null, table: "clients", columns: { nr: "id", titel: "name" } }]),
      create_backup: "false",
    };
    expect(await send("/api/v1/import/execute", renamed)).toMatchObject({ status: 200, body: { records_inserted: 1 } });
    expect((await clients()).map(({ id }) => id)).toEqual([1, 7, 8, 9]);
  });

  it("is refused with every problem by row, and nothing is changed", async () => {
    const bad = { table: "clients", file: file("id,name,amount\nx,two,1\n3,,1\n4,four,abc\n") };
    const dry = await send("/api/v1/import/dry-run", bad);
    expect(dry).toMatchObject({
      status: 200,
      body: {
        success: false,
        error_count: 3,
        errors: [{ kind: "invalid_value", table: "clients", line: 2, field: "id", value: "x" }, {}, {}],
      },
    });
    const done = await send("/api/v1/import/execute", bad);
    expect(done).toMatchObject({
      status: 422,
      body: { code: "IMPORT_INVALID", details: [{ field: "clients.row 1.id", code: "invalid_value" }, {}, {}] },
    });
    const { job_id } = dry.body as { job_id: string };
    const list = await call(`GET /api/v1/imports/${job_id}/problems.csv`, { as: ada });
    expect(list.headers.get("content-type")).toMatch(/^text\/csv/);
    const lines = String(list.body).split("\n");
    expect(lines[0]).toBe("line,row,table,field,kind,message,value");
    expect(lines[1]).toBe('2,1,clients,id,invalid_value,"invalid input syntax for type integer: ""x""",x');
    expect(lines).toHaveLength(5);
    expect(await call(`GET /api/v1/imports/${job_id}/problems.csv`, { as: viewer })).toMatchObject({ status: 403 });
    expect(await clients()).toHaveLength(1);
  });

  it("whose keys are there is a conflict where the rule says so", async () => {
    const done = await send("/api/v1/import/clients", {
      import_mode: "upsert",
      conflict_resolution: "fail",
      file: file(),
    });
    expect(done).toMatchObject({
      status: 409,
      body: { code: "IMPORT_CONFLICT", details: [{ field: "clients.row 1.id", code: "key_exists" }] },
    });
  });

  it("is not imported by a plan that is not true any more", async () => {
    const wish = { table: "clients", import_mode: "upsert", conflict_resolution: "overwrite", file: file() };
    const dry = await send("/api/v1/import/dry-run", wish);
    const { job_id } = dry.body as { job_id: string };
    await tenant.sql.unsafe(`insert into ${of("clients")} values (2, 'zwei', 2)`);
    const done = await send("/api/v1/import/execute", { ...wish, dry_run_id: job_id });
    expect(done).toMatchObject({
      status: 409,
      body: { code: "PLAN_CHANGED", message: expect.stringContaining("changed since the dry run") },
    });
    expect((await clients()).map(({ name }) => name)).toEqual(["one", "zwei"]);
  });

  it("that cannot be parsed is 422, and one of nobody's project 404", async () => {
    expect(await send("/api/v1/import/validate", { file: file('{"clients": [{"id": 1}') })).toMatchObject({
      status: 422,
      body: { code: "IMPORT_INVALID" },
    });
    const stranger = await addPerson();
    expect(await send("/api/v1/import/validate", { file: file() }, stranger)).toMatchObject({
      status: 404,
      body: { code: "PROJECT_NOT_FOUND" },
    });
    expect(await send("/api/v1/import/validate", { file: file() }, viewer)).toMatchObject({
      status: 403,
      body: { code: "PERMISSION_DENIED" },
    });
  });
});

it.each<[Record<string, string>, string]>([
  [{ import_mode: "insert_only", conflict_resolution: "overwrite" }, "conflict_resolution"],
  [{ import_mode: "everything" }, "import_mode"],
  [{ colour: "red" }, "colour"],
  [{ mapping: "[{]" }, "mapping"],
  [{ create_backup: "perhaps" }, "create_backup"],
  [{ key: "id" }, "key"],
])("a wish with %o is refused", async (wish, field) => {
  const refused = await send("/api/v1/import/clients", { ...wish, file: file() });
  expect(refused).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", details: [{ field }] } });
});

it("only an administrator may import with triggers off, and a file is needed", async () => {
  expect(await send("/api/v1/import/clients", { triggers: "false", file: file() })).toMatchObject({ status: 403 });
  expect(await send("/api/v1/import/clients", {})).toMatchObject({
    status: 400,
    body: { details: [{ field: "file_id" }] },
  });
  const unknown = { project_id: tenant.slug, file_id: "0b9a1c1e-3f0e-4f5b-9c55-0f6a3a2f9d10" };
  expect(await call("POST /api/v1/import/clients", { as: ada, body: unknown })).toMatchObject({
    status: 404,
    body: { code: "FILE_NOT_FOUND" },
  });
});

it("whoever does not want to wait gets the job", async () => {
  const response = await fetch(`${api.url}/api/v1/import/clients?project_id=${tenant.slug}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${ada.jwt}`, "Content-Type": "application/json", Prefer: "wait=0" },
    body: JSON.stringify({ data: csv, create_backup: false, import_mode: "upsert", conflict_resolution: "skip" }),
  });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ data: { kind: "import_data" } });
  expect(response.headers.get("location")).toMatch(/^\/api\/jobs\//);
});
