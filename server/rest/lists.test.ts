import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let ada: Person;
let bob: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
  bob = await addPerson({ permissions: { [tenant.projectId]: [] } });
  stranger = await addPerson();
  for (const _ of [1, 2, 3]) await make();
});

const make = () =>
  call("POST /api/v1/backups/create", {
    as: ada,
    body: { project_id: tenant.projectId, format: "custom" },
    headers: { Prefer: "wait=60" },
  });

describe("lists", () => {
  it("give each their own, page by page, with how many there are", async () => {
    const page = await call("GET /api/jobs?limit=2", { as: ada });
    const { data, next_cursor } = page.body as { data: { job_id: string }[]; next_cursor: string };
    expect(data).toHaveLength(2);
    const total = Number(page.headers.get("x-total-count"));
    expect(total).toBeGreaterThan(2);
    expect(page.headers.get("link")).toBe(`</api/jobs?limit=2&cursor=${next_cursor}>; rel="next"`);
    const rest = await call(`GET /api/jobs?limit=100&cursor=${next_cursor}`, { as: ada });
    expect((rest.body as { data: unknown[] }).data).toHaveLength(total - 2);
    expect(await call("GET /api/jobs", { as: stranger })).toMatchObject({ status: 200, body: { data: [] } });
  });

  it("filter by what the address says, several values too", async () => {
    const { body } = await call("GET /api/jobs?status=completed,failed&kind=export_backup", { as: ada });
    const statuses = (body as { data: { status: string }[] }).data.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(["completed"]));
    expect(await call("GET /api/jobs?status=lost", { as: ada })).toMatchObject({ status: 400 });
  });

  it("of backups count by offset or go by cursor", async () => {
    const path = `GET /api/v1/backups/list?project_id=${tenant.projectId}`;
    const all = (await call(path, { as: ada })).body as { backup_id: string; table_counts: object }[];
    expect(all.length).toBeGreaterThan(2);
    expect(all[0]?.table_counts).toEqual({ t1: 100, t2: 100, t3: 100 });
    const second = (await call(`${path}&limit=1&offset=1`, { as: ada })).body;
    expect(second).toEqual([all[1]]);
    expect(await call(`${path}&encrypted_only=true`, { as: ada })).toMatchObject({ status: 200, body: [] });
  });
});

describe("a backup", () => {
  it("is described, linked to, and deleted by those who may manage", async () => {
    const made = await make();
    const { backup_id } = made.body as { backup_id: string };
    expect((await call(`GET /api/v1/backups/${backup_id}`, { as: bob })).body).toEqual(made.body);
    const linked = await call(`POST /api/v1/backups/${backup_id}/link`, { as: bob });
    const { url } = linked.body as { url: string };
    const { pathname, search } = new URL(url);
    expect((await fetch(api.url + pathname + search)).status).toBe(200);
    expect(await call(`DELETE /api/v1/backups/${backup_id}`, { as: bob })).toMatchObject({ status: 403 });
    expect(await call(`DELETE /api/v1/backups/${backup_id}`, { as: ada })).toMatchObject({ status: 204, body: "" });
    expect(await call(`GET /api/v1/backups/${backup_id}`, { as: ada })).toMatchObject({
      status: 404,
      body: { code: "BACKUP_NOT_FOUND" },
    });
    expect((await fetch(api.url + pathname + search)).status).toBe(404);
  });
});

describe("a proof by the API", () => {
  it("is made of a backup, waited for, and listed", async () => {
    const { backup_id } = (await make()).body as { backup_id: string };
    const path = `/api/v1/backups/${backup_id}`;
    expect(await call(`POST ${path}/verify`, { as: bob })).toMatchObject({ status: 403 });
    expect(await call(`POST ${path}/verify`, { as: stranger })).toMatchObject({ status: 404 });
    const headers = { Prefer: "wait=60" };
    const proof = await call(`POST ${path}/verify`, { as: ada, body: { level: "restore" }, headers });
    expect(proof).toMatchObject({ status: 200, body: { backup_id, verified: true, level: "restore", errors: [] } });
    const { checks_performed } = proof.body as { checks_performed: { name: string; result: string }[] };
    expect(checks_performed.map(({ name, result }) => [name, result])).toEqual([
      ["file_existence", "passed"],
      ["checksum_validation", "passed"],
      ["decryption_test", "skipped"],
      ["decompression_test", "passed"],
      ["archive_integrity", "passed"],
      ["restore_test", "passed"],
    ]);
    expect(await call(`GET ${path}`, { as: bob })).toMatchObject({ body: { verified: true } });
    expect(await call(`GET ${path}/proofs`, { as: bob })).toMatchObject({ status: 200, body: [proof.body] });
    const later = await call(`POST ${path}/verify`, { as: ada });
    expect(later).toMatchObject({ status: 202, body: { data: { job_id: expect.any(String) } } });
  });
});
