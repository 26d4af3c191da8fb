import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import type { Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { call, givenApi, type Person } from "@/server/testing/api";
import {
  document,
  driver,
  isAboutBackups,
  isAboutClock,
  isAboutData,
  isAboutDestinations,
  isAboutNotifications,
  operations,
} from "@/server/testing/documented";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi({ METRICS_TOKEN: "metrics-token-of-a-test" });
givenWorker();

describe("the document", () => {
  it("is the one that is committed: `npm run openapi` makes it anew", async () => {
    expect(JSON.parse(await readFile("docs/openapi.json", "utf8"))).toEqual(document);
  });

  it("has a summary, a tag and examples of errors for every operation", () => {
    for (const { operation } of operations.values()) {
      expect(operation).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
    }
  });
});

describe("every operation answers as the document says", () => {
  let tenant: Tenant;
  let admin: Person;
  let ada: Person;
  let nobody: Person;
  const { check, expectAll } = driver();

  beforeAll(async () => {
    ({ tenant, admin, ada, nobody } = await tenantWithPeople());
  });

  it("about files of rows", async () => {
    const upload = (as: Person | undefined, query: string, type = "text/csv") =>
      check(
        "uploadDataFile",
        call(`POST /api/v1/data-files?${query}`, { as, body: "id\n1\n", headers: { "Content-Type": type } }),
      );
    const project = `project_id=${tenant.projectId}`;
    const made = await upload(admin, `${project}&filename=t1.csv`);
    expect(made.status).toBe(201);
    expect((await upload(admin, "")).status).toBe(400);
    expect((await upload(undefined, project)).status).toBe(401);
    expect((await upload(nobody, project)).status).toBe(404);
    expect((await upload(admin, project, "text/html")).status).toBe(415);
    const { file_id } = made.body as { file_id: string };
    const look = (as: Person, query: string, id = file_id) =>
      check("inspectDataFile", call(`GET /api/v1/data-files/${id}?${query}`, { as }));
    expect(await look(admin, project)).toMatchObject({ status: 200, body: { tables: [{ suggested_table: "t1" }] } });
    expect((await look(admin, `${project}&format=xml`)).status).toBe(400);
    expect((await look(admin, project, randomUUID())).status).toBe(404);
    expect((await look(nobody, project)).status).toBe(404);
  });

  it("about imports", async () => {
    const base = "/api/v1/import";
    const wish = { project_id: tenant.projectId, data: '[{"id": 7000, "body": "x"}]', create_backup: false };
    const { create_backup: _, ...look } = wish;
    const wait = { Prefer: "wait=60" };
    const looked = await check(
      "validateImport",
      call(`POST ${base}/validate`, { as: admin, body: { ...look, table: "t1" } }),
    );
    expect(looked).toMatchObject({ status: 200, body: { valid: true } });
    const bad = { ...look, data: '[{"id": "x"}]', table: "t1" };
    const dry = await check("dryRunImport", call(`POST ${base}/dry-run`, { as: admin, body: bad, headers: wait }));
    expect(dry).toMatchObject({ status: 200, body: { success: false, error_count: 1 } });
    const { job_id } = dry.body as { job_id: string };
    const list = `GET /api/v1/imports/${job_id}/problems.csv`;
    expect((await check("downloadImportProblems", call(list, { as: admin }))).status).toBe(200);
    expect((await check("downloadImportProblems", call(list, { as: nobody }))).status).toBe(404);
    const made = await check("importTable", call(`POST ${base}/t1`, { as: admin, body: wish, headers: wait }));
    expect(made).toMatchObject({ status: 200, body: { records_inserted: 1 } });
    const again = await check(
      "executeImport",
      call(`POST ${base}/execute`, { as: admin, body: { ...wish, table: "t1" } }),
    );
    expect(again).toMatchObject({ status: 409, body: { code: "IMPORT_CONFLICT" } });
    for (const [id, name] of [
      ["validateImport", "validate"],
      ["dryRunImport", "dry-run"],
      ["executeImport", "execute"],
      ["importTable", "t1"],
    ] as const) {
      const at = `POST ${base}/${name}`;
      expect((await check(id, call(at, { as: admin, body: { ...look, data: "[" } }))).status).toBe(422);
      expect((await check(id, call(at, { as: admin, body: {} }))).status).toBe(400);
      expect((await check(id, call(at, { as: nobody, body: look }))).status).toBe(404);
      expect((await check(id, call(at, { as: ada, body: look }))).status).toBe(403);
      expect((await check(id, call(at, { body: look }))).status).toBe(401);
      const never = { ...look, table: name === "t1" ? undefined : "t1" };
      const late = await check(id, call(at, { as: admin, body: never, headers: { Prefer: "wait=0" } }));
      expect(late.status).toBe(202);
    }
  });

  it("about exports and jobs", async () => {
    const body = { project_id: tenant.projectId };
    const as = ada;
    const started = await check(
      "startExport",
      call("POST /api/backup/export", { as, body, headers: { Prefer: "wait=60" } }),
    );
    const { job_id: job } = (started.body as { data: { job_id: string } }).data;
    expect((await check("getJob", call(`GET /api/jobs/${job}`, { as }))).status).toBe(200);
    expect((await check("listJobs", call("GET /api/jobs?limit=1", { as }))).status).toBe(200);
    expect((await check("cancelJob", call(`POST /api/jobs/${job}/cancel`, { as }))).status).toBe(409);
    const again = await check("retryJob", call(`POST /api/jobs/${job}/retry`, { as, headers: { Prefer: "wait=60" } }));
    expect(again).toMatchObject({ status: 202, body: { data: { status: "completed" } } });
    expect((await check("retryJob", call(`POST /api/jobs/${job}/retry`, { as: nobody }))).status).toBe(404);
    const wrong: [string, string, object?][] = [
      ["retryJob", `POST /api/jobs/${randomUUID()}/retry`],
      ["startExport", "POST /api/backup/export", { project_id: "-n", format: "zip", tags: [""] }],
      ["startExport", "POST /api/backup/export", { project_id: "no-such" }],
      ["getJob", "GET /api/jobs/7"],
      ["getJob", `GET /api/jobs/${randomUUID()}`],
      ["listJobs", "GET /api/jobs?limit=0"],
      ["cancelJob", `POST /api/jobs/${randomUUID()}/cancel`],
    ];
    for (const [id, what, more] of wrong) {
      expect((await check(id, call(what, { as, body: more }))).status).toBeGreaterThanOrEqual(400);
      expect((await check(id, call(what, { body: more }))).status).toBe(401);
    }
    expect((await check("getJob", call(`GET /api/jobs/${job}`, { as: nobody }))).status).toBe(404);
  });

  it("about tools", async () => {
    const as = ada;
    const base = "/api/tool-registry";
    const started = await check("exportTool", call(`POST ${base}/tools/${tenant.projectId}/export`, { as, body: {} }));
    expect(started.status).toBe(201);
    const { jobId } = started.body as { jobId: string };
    expect((await check("getToolJob", call(`GET ${base}/export-jobs/${jobId}`, { as }))).status).toBe(200);
    expect((await check("listToolJobs", call(`GET ${base}/export-jobs`, { as }))).status).toBe(200);
    await check("cancelToolJob", call(`POST ${base}/export-jobs/${jobId}/cancel`, { as }));
    expect((await check("exportTool", call(`POST ${base}/tools/${randomUUID()}/export`, { as }))).status).toBe(404);
    expect((await check("cancelToolJob", call(`POST ${base}/export-jobs/x/cancel`, { as }))).status).toBe(400);
  });

  it("about sign-in and tokens", async () => {
    const { email, password } = ada;
    expect((await check("logIn", call("POST /api/v1/auth/login", { body: { email, password } }))).status).toBe(200);
    expect((await check("logIn", call("POST /api/v1/auth/login", { body: { email, password: "x" } }))).status).toBe(
      401,
    );
    expect((await check("logIn", call("POST /api/v1/auth/login", { body: { email: "x" } }))).status).toBe(400);
    const body = { name: "script", scopes: ["read"] };
    const made = await check("createToken", call("POST /api/v1/tokens", { as: ada, body }));
    expect(made.status).toBe(201);
    const { id, token } = (made.body as { data: { id: string; token: string } }).data;
    expect((await check("createToken", call("POST /api/v1/tokens", { as: token, body }))).status).toBe(403);
    expect((await check("listTokens", call("GET /api/v1/tokens", { as: token }))).status).toBe(200);
    expect((await check("revokeToken", call(`DELETE /api/v1/tokens/${id}`, { as: ada }))).status).toBe(204);
    expect((await check("revokeToken", call(`DELETE /api/v1/tokens/${id}`, { as: ada }))).status).toBe(404);
  });

  it("about operations", async () => {
    expect((await check("live", call("GET /api/health/live"))).status).toBe(200);
    expect((await check("ready", call("GET /api/health/ready"))).status).toBe(200);
    expect((await check("metrics", call("GET /api/metrics"))).status).toBe(401);
    const metrics = await check("metrics", call("GET /api/metrics", { as: "metrics-token-of-a-test" }));
    expect(metrics.body).toContain("coffer_workers 1\n");
    expect(metrics.body).toContain('path="/api/jobs/{job_id}"');
    await call("GET /api/made-up-by-a-stranger");
    const again = await call("GET /api/metrics", { as: "metrics-token-of-a-test" });
    expect(again.body).not.toContain("made-up");
    expect((await check("exportAudit", call("GET /api/v1/audit.csv", { as: admin }))).body).toContain("export.started");
    expect((await check("exportAudit", call("GET /api/v1/audit.csv", { as: ada }))).status).toBe(403);
  });

  it("and none was left out but those that have a test of their own", () => {
    const elsewhere = [isAboutBackups, isAboutClock, isAboutData, isAboutDestinations, isAboutNotifications];
    expectAll((tag) => !elsewhere.some((isAbout) => isAbout(tag)));
  });
});
