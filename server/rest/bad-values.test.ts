import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { expectClear } from "@/server/testing/expect-clear";

givenControlPlane();
givenApi();

let tenant: Tenant;
let ada: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

describe("an export", () => {
  const start = (body: object, headers = {}) => call("POST /api/backup/export", { as: ada, body, headers });

  it.each([
    ["no-such", 404],
    ["*", 400],
    ['"', 400],
    ["-n", 404],
    ["../", 400],
    ["a\u0000b", 400],
    ["", 400],
    ["x".repeat(101), 400],
    [7, 400],
    [null, 400],
    [["a"], 400],
  ])("of the project %j is refused", async (project_id, status) => {
    const reply = await start({ project_id });
    expect(reply.status).toBe(status);
    expectClear(reply);
  });

  it("of somebody else's project does not say that it exists", async () => {
    const other = await registerTenant(await makeSchema());
    const reply = await start({ project_id: other.projectId });
    expect(reply).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
  });

  it.each([
    "/etc",
    "..",
    "a/../b",
    "a/..",
    ".hidden",
    "a//b",
    "a\\b",
    "C:",
    "%2e%2e",
    "a/%2e%2e/b",
    "a\u0000",
    "a b",
    "",
    "x".repeat(201),
    "．．/a",
  ])("to the path %j is refused", async (storage_path) => {
    const reply = await start({ project_id: tenant.projectId, storage_path });
    expect(reply).toMatchObject({
      status: 400,
      body: { details: expect.arrayContaining([expect.objectContaining({ field: "storage_path" })]) },
    });
    expectClear(reply);
  });

  it.each([
    { format: "zip" },
    { format: "CUSTOM" },
    { compression: 9 },
    { compress: "yes" },
    { tags: "a" },
    { tags: [""] },
    { tags: Array(21).fill("a") },
    { tags: ["a\u0000b"] },
    { description: "x".repeat(501) },
    { description: "\u0000" },
    { description: "\ud800" },
    { projectId: "x" },
    { idempotency_key: "x" },
  ])("with %j is refused", async (options) => {
    const reply = await start({ project_id: tenant.projectId, ...options });
    expect(reply.status).toBe(400);
    expectClear(reply);
  });

  it("with a key that is too long, or empty, is refused", async () => {
    for (const key of ["x".repeat(201), ""]) {
      const reply = await start({ project_id: tenant.projectId }, { "Idempotency-Key": key });
      expect(reply).toMatchObject({ status: 400, body: { details: [{ field: "Idempotency-Key" }] } });
    }
  });

  it("that was refused has left nothing", async () => {
    const [left] = await db.execute(sql`select count(*)::int as jobs from control_plane.jobs`);
    expect(left).toEqual({ jobs: 0 });
  });
});

describe("lists", () => {
  const paths = ["/api/jobs", "/api/tool-registry/export-jobs", "/api/v1/backups/list"];
  const queries = [
    "limit=-1",
    "limit=0",
    "limit=1e9",
    "limit=101",
    "limit=abc",
    "limit=1&limit=2",
    "cursor=x",
    `cursor=${Buffer.from('["2026-01-01T00:00:00.000Z","x"]').toString("base64url")}`,
    `cursor=${"x".repeat(300)}`,
    "sort=name;drop",
    "status=nonsense",
    "direction=backward",
  ];
  it.each(paths.flatMap((path) => queries.map((query) => `${path}?${query}`)))("%s is refused", async (path) => {
    const reply = await call(`GET ${path}`, { as: ada });
    expect(reply.status).toBe(400);
    expectClear(reply);
  });
});
