import { readdir } from "node:fs/promises";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, dataExports } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let ada: Person;
beforeAll(async () => {
  tenant = await makeTenant();
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

type Job = { job_id: string; status: string; rows_done: number; download_url: string };

async function exported(fields: object, headers: Record<string, string> = {}): Promise<Job> {
  const body = { project_id: tenant.slug, ...fields };
  const reply = await call("POST /api/v1/exports", { as: ada, body, headers: { Prefer: "wait=60", ...headers } });
  expect(reply).toMatchObject({ status: 202 });
  return (reply.body as { data: Job }).data;
}

describe("an export to a file", () => {
  it("is made once, and is there with its counts, its size and an end", async () => {
    const key = { "Idempotency-Key": unique() };
    const wish = { table_name: "t1", format: "csv", filters: { id: { lte: 2 } } };
    const job = await exported(wish, key);
    expect(job).toMatchObject({
      status: "completed",
      rows_done: 2,
      download_url: expect.stringContaining(`/exports/${job.job_id}/download`),
    });
    expect((await exported(wish, key)).job_id).toBe(job.job_id);
    const { body } = await call(`GET /api/v1/exports/${job.job_id}`, { as: ada });
    expect(body).toEqual({
      job_id: job.job_id,
      project_id: tenant.projectId,
      filename: expect.stringMatching(/_t1_[-\dT]+Z\.csv$/),
      content_type: "text/csv; charset=utf-8; header=present",
      size_bytes: 8 + 2 * 67,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      record_count: 2,
      table_counts: { t1: 2 },
      expires_at: expect.any(String),
      download_url: job.download_url,
    });
    const { expires_at } = body as { expires_at: string };
    expect((Date.parse(expires_at) - Date.now()) / 3_600_000).toBeCloseTo(24, 1);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.actorId, ada.id)).orderBy(auditEvents.id);
    expect(events.map(({ action }) => action)).toEqual(["data.export_started", "data.export_finished"]);
  });

  it("is downloaded whole or in ranges", async () => {
    const { job_id } = await exported({ table_name: "t1", format: "csv" });
    const path = `GET /api/v1/exports/${job_id}/download`;
    const whole = await call(path, { as: ada });
    expect(String(whole.body)).toMatch(/^id,body\n1,/);
    expect(whole.headers.get("content-disposition")).toContain("_t1_");
    const part = await call(path, { as: ada, headers: { Range: "bytes=3-6" } });
    expect([part.status, part.body]).toEqual([206, "body"]);
    const etag = whole.headers.get("etag") ?? "";
    expect((await call(path, { as: ada, headers: { "If-None-Match": etag } })).status).toBe(304);
    expect((await call(path, { as: ada, headers: { Range: "bytes=9999999-" } })).status).toBe(416);
    expect((await call(path.replace("GET", "HEAD"), { as: ada })).headers.get("content-length")).toBe(
      String(String(whole.body).length),
    );
  });

  it("that cannot be made says why, and is not there", async () => {
    const job = await exported({ table_name: "none" });
    expect(job).toMatchObject({
      status: "failed",
      error_code: "export_refused",
      error_message: "There is no table none.",
    });
    expect(await call(`GET /api/v1/exports/${job.job_id}`, { as: ada })).toMatchObject({
      status: 409,
      body: { message: "This export has no file: it is failed." },
    });
    const retried = await call(`POST /api/v1/exports`, { as: ada, body: { project_id: tenant.slug, ids: [1] } });
    expect(retried).toMatchObject({ status: 400, body: { message: "table_name is missing." } });
  });

  it("that has expired is gone", async () => {
    const { job_id } = await exported({});
    await db.update(dataExports).set({ expiresAt: sql`now() - interval '1 s'` }).where(eq(dataExports.jobId, job_id));
    for (const path of [`GET /api/v1/exports/${job_id}`, `GET /api/v1/exports/${job_id}/download`])
      expect(await call(path, { as: ada })).toMatchObject({ status: 410, body: { code: "LINK_EXPIRED" } });
    expect(await readdir(testEnv.exportDir)).toContain(job_id);
  });

  it("is not there for others", async () => {
    const { job_id } = await exported({});
    const [viewer, stranger] = [await addPerson({ permissions: { [tenant.projectId]: [] } }), await addPerson()];
    for (const path of [`GET /api/v1/exports/${job_id}`, `GET /api/v1/exports/${job_id}/download`]) {
      expect(await call(path, { as: stranger })).toMatchObject({ status: 404, body: { code: "JOB_NOT_FOUND" } });
      expect(await call(path, { as: viewer })).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
      expect(await call(path)).toMatchObject({ status: 401 });
    }
    expect(api.url).not.toBe("");
  });
});
