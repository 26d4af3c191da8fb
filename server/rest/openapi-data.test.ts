import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import type { Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { call, givenApi, type Person } from "@/server/testing/api";
import { driver, isAboutData } from "@/server/testing/documented";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi();
givenWorker();

describe("every operation about rows answers as the document says", () => {
  let tenant: Tenant;
  let ada: Person;
  let nobody: Person;
  const { check, expectAll } = driver();

  beforeAll(async () => {
    ({ tenant, ada, nobody } = await tenantWithPeople());
  });

  it("as a list of tables", async () => {
    const list = (project: string, as?: Person) =>
      check("listDataTables", call(`GET /api/v1/export/tables?project_id=${project}`, { as }));
    expect(await list(tenant.projectId, ada)).toMatchObject({
      status: 200,
      body: { default_tables: ["t1", "t2", "t3"], tables: [{ name: "t1", description: null }, {}, {}] },
    });
    expect((await list("no-such", ada)).status).toBe(404);
    expect((await list(tenant.projectId, nobody)).status).toBe(404);
    expect((await list("", ada)).status).toBe(400);
    expect((await list(tenant.projectId)).status).toBe(401);
  });

  it("in an answer", async () => {
    const project_id = tenant.projectId;
    const operations = [
      ["exportAllRows", "POST /api/v1/export/full", {}],
      ["exportTableRows", "POST /api/v1/export/table", { table_name: "t1" }],
      ["exportChosenRows", "POST /api/v1/export/t1", { ids: [1] }],
    ] as const;
    for (const [id, path, fields] of operations) {
      for (const format of ["json", "ndjson", "csv"])
        for (const compress of [true, false]) {
          const body = { project_id, format, compress, ...fields };
          expect((await check(id, call(path, { as: ada, body }))).status).toBe(200);
        }
      const body = { project_id, ...fields };
      expect((await check(id, call(path, { as: nobody, body }))).status).toBe(404);
      expect((await check(id, call(path, { as: ada, body: fields }))).status).toBe(400);
      expect((await check(id, call(path, { body }))).status).toBe(401);
    }
  });

  it("as downloads", async () => {
    const query = `project_id=${tenant.projectId}`;
    const operations = [
      ["downloadAllRows", `GET /api/v1/export/full/download?${query}`],
      ["downloadNamedTableRows", `GET /api/v1/export/table/download?${query}&table_name=t1`],
      ["downloadTableRows", `GET /api/v1/export/t1/download?${query}`],
    ] as const;
    for (const [id, path] of operations) {
      for (const options of ["&format=csv", "&format=ndjson", "&compress=true"])
        expect((await check(id, call(`${path}${options}`, { as: ada }))).status).toBe(200);
      expect((await check(id, call(path, { as: nobody }))).status).toBe(404);
      expect((await check(id, call(`${path}&limit=x`, { as: ada }))).status).toBe(400);
      expect((await check(id, call(path.replace("GET", "PUT"), { as: ada }))).status).toBe(405);
    }
  });

  it("as a file", async () => {
    const body = { project_id: tenant.projectId, format: "csv", table_name: "t1" };
    const asked = { as: ada, body, headers: { Prefer: "wait=60" } };
    const started = await check("startDataExport", call("POST /api/v1/exports", asked));
    expect(started).toMatchObject({ status: 202, body: { data: { status: "completed" } } });
    expect((await check("startDataExport", call("POST /api/v1/exports", { as: ada, body: {} }))).status).toBe(400);
    const { job_id } = (started.body as { data: { job_id: string } }).data;
    const path = `GET /api/v1/exports/${job_id}`;
    for (const [id, rest] of [
      ["getExportedFile", ""],
      ["downloadExportedFile", "/download"],
    ] as const) {
      expect((await check(id, call(path + rest, { as: ada }))).status).toBe(200);
      expect((await check(id, call(path + rest, { as: nobody }))).status).toBe(404);
    }
  });

  it("and none was left out", () => expectAll(isAboutData));
});
