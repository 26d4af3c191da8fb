import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi } from "@/server/testing/api";
import { clients, file, givenClients, send, tableOf } from "@/server/testing/data-imports";

givenControlPlane();
givenApi({ IMPORTS_PER_MINUTE: "0" });
givenWorker();
const given = givenClients();

describe("a file of rows", () => {
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
    const list = await call(`GET /api/v1/imports/${job_id}/problems.csv`, { as: given.ada });
    expect(list.headers.get("content-type")).toMatch(/^text\/csv/);
    const lines = String(list.body).split("\n");
    expect(lines[0]).toBe("line,row,table,field,kind,message,value");
    expect(lines[1]).toBe('2,1,clients,id,invalid_value,"invalid input syntax for type integer: ""x""",x');
    expect(lines).toHaveLength(5);
    expect(await call(`GET /api/v1/imports/${job_id}/problems.csv`, { as: given.viewer })).toMatchObject({
      status: 403,
    });
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
    await given.tenant.sql.unsafe(`insert into ${tableOf("clients")} values (2, 'zwei', 2)`);
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
    expect(await send("/api/v1/import/validate", { file: file() }, given.viewer)).toMatchObject({
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
  const unknown = { project_id: given.tenant.slug, file_id: "0b9a1c1e-3f0e-4f5b-9c55-0f6a3a2f9d10" };
  expect(await call("POST /api/v1/import/clients", { as: given.ada, body: unknown })).toMatchObject({
    status: 404,
    body: { code: "FILE_NOT_FOUND" },
  });
});
