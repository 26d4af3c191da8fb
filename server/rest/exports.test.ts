import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { jobWhen } from "@/jobs/testing/export-job";
import { type Gate, heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();
let gate: Gate;
givenWorker(async () => {
  gate = await heldCompressor();
  await gate.open();
  return gate.env;
});

let tenant: Tenant;
let ada: Person;
let bob: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
  bob = await addPerson({ permissions: { [tenant.projectId]: [] } });
  stranger = await addPerson();
});

const order = (more: object = {}) => ({ project_id: tenant.projectId, format: "custom", ...more });

describe("an export by the API", () => {
  it("is started, followed to its end, and downloaded", async () => {
    const started = await call("POST /api/backup/export", { as: ada, body: order() });
    expect(started).toMatchObject({
      status: 202,
      body: { data: { job_id: expect.any(String), status: "pending", project_id: tenant.projectId } },
    });
    const { job_id } = (started.body as { data: { job_id: string } }).data;
    expect(started.headers.get("location")).toBe(`/api/jobs/${job_id}`);
    const done = await waitFor(
      async () => {
        const { body } = await call(`GET /api/jobs/${job_id}`, { as: ada });
        const { data } = body as { data: { status: string; download_url: string } };
        return data.status === "completed" && data;
      },
      { what: "the export" },
    );
    expect(done).toMatchObject({ progress_percentage: 100, tables_done: 3, tables_total: 3, error_code: null });
    const path = new URL(done.download_url).pathname;
    const file = await fetch(api.url + path, { headers: { Authorization: `Bearer ${ada.jwt}` } });
    expect(file.status).toBe(200);
    expect((await file.arrayBuffer()).byteLength).toBe(Number(file.headers.get("content-length")));
  });

  it("is answered when it is over, for who asks to wait", async () => {
    const made = await call("POST /api/v1/backups/create", { as: ada, body: order(), headers: { Prefer: "wait=60" } });
    expect(made).toMatchObject({
      status: 201,
      body: { checksum_algorithm: "sha256", table_counts: { t1: 100, t2: 100, t3: 100 }, total_records: 300 },
    });
    expect(made.headers.get("preference-applied")).toBe("wait=60");
  });

  it("is answered at once, with the job, for who does not", async () => {
    const started = await call("POST /api/v1/backups/create", { as: ada, body: order() });
    expect(started).toMatchObject({ status: 202, body: { data: { job_id: expect.any(String) } } });
  });

  it("is made once for one Idempotency-Key, and not for another request with it", async () => {
    const headers = { "Idempotency-Key": randomUUID() };
    const both = [1, 2].map(() => call("POST /api/backup/export", { as: ada, body: order(), headers }));
    const [one, two] = await Promise.all(both);
    const made = { status: 202, body: { data: { job_id: expect.any(String) } } };
    expect([one, two]).toMatchObject([made, made]);
    expect(one?.headers.get("location")).toBe(two?.headers.get("location"));
    const other = await call("POST /api/backup/export", { as: ada, body: order({ format: "tar" }), headers });
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  });

  it("is for those who may", async () => {
    expect(await call("POST /api/backup/export", { body: order() })).toMatchObject({ status: 401 });
    expect(await call("POST /api/backup/export", { as: bob, body: order() })).toMatchObject({
      status: 403,
      body: { code: "PERMISSION_DENIED" },
    });
    expect(await call("POST /api/backup/export", { as: stranger, body: order() })).toMatchObject({
      status: 404,
      body: { code: "PROJECT_NOT_FOUND" },
    });
  });
});

describe("the registry of tools", () => {
  const start = (as: Person, body?: object) =>
    call(`POST /api/tool-registry/tools/${tenant.projectId}/export`, { as, body });

  it("exports a package when it is started without a body, and gives its full record", async () => {
    const started = await start(ada);
    expect(started).toMatchObject({
      status: 201,
      body: { jobId: expect.any(String), toolId: tenant.projectId, userId: ada.id, stepsTotal: 7 },
    });
    const { jobId } = started.body as { jobId: string };
    await jobWhen(jobId, (job) => job.finishedAt);
    const full = await call(`GET /api/tool-registry/export-jobs/${jobId}`, { as: ada });
    expect(full).toMatchObject({
      status: 200,
      body: {
        status: "completed",
        progressPercentage: 100,
        packagePath: expect.stringMatching(/\.package\.tar$/),
        errorMessage: null,
      },
    });
    expect(full.headers.get("cache-control")).toBe("no-cache, no-store, must-revalidate");
    const cancel = await call(`POST /api/tool-registry/export-jobs/${jobId}/cancel`, { as: ada });
    expect(cancel).toMatchObject({ status: 409, body: { code: "INVALID_JOB_STATUS" } });
  });

  it("speaks of tools, and takes only uuids", async () => {
    expect(await call(`POST /api/tool-registry/tools/${randomUUID()}/export`, { as: ada })).toMatchObject({
      status: 404,
      body: { code: "TOOL_NOT_FOUND" },
    });
    expect(await call("POST /api/tool-registry/tools/acme/export", { as: ada })).toMatchObject({
      status: 400,
      body: { code: "VALIDATION_ERROR", details: [{ field: "toolId" }] },
    });
    expect(await call("GET /api/tool-registry/export-jobs/1", { as: ada })).toMatchObject({
      status: 400,
      body: { details: [{ field: "jobId" }] },
    });
  });

  it("cancels for its creator and for administrators, and for nobody else", async () => {
    await gate.close();
    const held = await registerTenant(await makeSchema(large));
    const [carl, dora] = await Promise.all(
      [1, 2].map(() => addPerson({ permissions: { [held.projectId]: ["export"] } })),
    );
    const started = await call(`POST /api/tool-registry/tools/${held.projectId}/export`, { as: carl });
    const { jobId } = started.body as { jobId: string };
    expect(await call(`POST /api/tool-registry/export-jobs/${jobId}/cancel`, { as: dora })).toMatchObject({
      status: 403,
      body: { code: "UNAUTHORIZED_CANCELLATION" },
    });
    expect(await call(`POST /api/tool-registry/export-jobs/${jobId}/cancel`, { as: stranger })).toMatchObject({
      status: 404,
      body: { code: "JOB_NOT_FOUND" },
    });
    const admin = await addPerson({ role: "admin" });
    expect(await call(`POST /api/tool-registry/export-jobs/${jobId}/cancel`, { as: admin })).toMatchObject({
      status: 200,
      body: { message: "Export job cancelled successfully", jobId },
    });
    await gate.open();
    expect(await jobWhen(jobId, (job) => job.finishedAt)).toMatchObject({ status: "cancelled" });
  });
});
