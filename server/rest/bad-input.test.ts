import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { rows, streams } from "@/server/rest/table";
import { addPerson, api, call, givenApi, type Person, type Reply } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
let ada: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  admin = await addPerson({ role: "admin" });
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

const anId = "00000000-0000-4000-8000-000000000000";
const fill = (path: string) => path.replace(/\{\w+\}/g, anId);

/** Clear, without a stack, and with a request id: whatever was sent. */
function expectClear({ status, headers, body }: Reply) {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body).toMatchObject({
    status: "error",
    code: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.stringMatching(/\.$/),
    requestId: headers.get("x-request-id"),
    timestamp: expect.stringMatching(/Z$/),
  });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\\n +at |\.[jt]s:\d|select |insert |drizzle/i);
}

const everyRow = rows.map((row) => [`${row.method} ${row.path}`, row] as const);
const posts = everyRow.filter(([, row]) => row.method === "POST");

describe("without credentials", () => {
  it.each(everyRow.filter(([, row]) => !row.open))("%s is refused", async (_, row) => {
    const reply = await call(`${row.method} ${fill(row.path)}`, row.method === "POST" ? { body: {} } : {});
    expect(reply).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expectClear(reply);
  });
});

describe.each(everyRow)("%s", (_, row) => {
  const what = `${row.method} ${fill(row.path)}`;

  it("refuses fields and parameters that do not exist", async () => {
    const body = row.method === "POST" ? { surprise: 1 } : undefined;
    const query = row.method === "POST" ? "" : "?surprise=1";
    const reply = await call(what + query, { as: admin, body });
    expect(reply).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", details: [{ field: "surprise" }] } });
    expectClear(reply);
  });

  it("refuses ids that are none", async () => {
    const broken = ["7", "..%2F..%2Fetc", "%00", "%ff", "' or 1=1 --", "🦊", "x".repeat(300), "-n", "*", "__proto__"];
    for (const id of broken) {
      if (!row.path.includes("{")) return;
      const path = row.path.replace(/\{\w+\}/g, encodeURI(id).replaceAll("%25", "%"));
      expectClear(await call(`${row.method} ${path}`, { as: admin, body: row.method === "POST" ? {} : undefined }));
    }
  });

  it("says which methods it takes", async () => {
    const reply = await fetch(api.url + fill(row.path), {
      method: "PATCH",
      headers: { Authorization: `Bearer ${admin.jwt}` },
    });
    expect(reply.status).toBe(405);
    expect(reply.headers.get("allow")).toContain(row.method);
  });

  it("keeps a request id that is safe to log, and replaces any other", async () => {
    const kept = await call(what, { headers: { "X-Request-Id": "abc-1.2_3" } });
    expect(kept.headers.get("x-request-id")).toBe("abc-1.2_3");
    const replaced = await call(what, { headers: { "X-Request-Id": "a b\u00e9" } });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe.each(posts)("%s", (_, row) => {
  const what = `POST ${fill(row.path)}`;
  const send = (body: string, headers: Record<string, string> = {}) => call(what, { as: admin, body, headers });

  it.each([
    ["form", "a=1", "application/x-www-form-urlencoded"],
    ["upload", "--x", "multipart/form-data; boundary=x"],
    ["text", "{}", "text/plain"],
    ["bytes", "{}", "application/octet-stream"],
  ])("refuses a body that is a %s", async (_, body, type) => {
    const reply = await send(body, { "Content-Type": type });
    expect(reply).toMatchObject({ status: 415, body: { code: "UNSUPPORTED_MEDIA_TYPE" } });
    expectClear(reply);
  });

  it.each(["{", "[]", "1", '"x"', "null", `${"[".repeat(100_000)}`, '{"a":', "\u0000", "{}{}"])(
    "refuses the body %#",
    async (body) => {
      const reply = await send(body);
      expect(reply.status).toBe(400);
      expectClear(reply);
    },
  );

  it("refuses what is too large, told or untold, before it has come", async () => {
    const told = await send(`{"a":"${"x".repeat(1024 * 1024)}"}`);
    expect(told).toMatchObject({ status: 413, body: { code: "PAYLOAD_TOO_LARGE" } });
    expect(await untold(fill(row.path))).toMatch(/^HTTP\/1.1 413 /);
  });

  it("takes __proto__ for a name like any other that is not known", async () => {
    const reply = await send('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}');
    expect(reply.status).toBe(400);
    expectClear(reply);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

/** Sends a body in pieces that never end, as long as somebody takes them. Gives the answer. */
async function untold(path: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: x",
    `Authorization: Bearer ${admin.jwt}`,
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  let answer = "";
  socket.on("error", () => {});
  const answered = new Promise<void>((resolve) =>
    socket
      .on("data", (data) => {
        answer += data;
        resolve();
      })
      .on("close", resolve),
  );
  let sent = 0;
  while (answer === "" && sent < 64) {
    sent++;
    await Promise.race([new Promise<void>((resolve) => socket.write(chunk, () => resolve())), answered]);
  }
  await answered;
  socket.destroy();
  return answer;
}

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

describe("other addresses", () => {
  it.each(["/api", "/api/", "/api/nothing", "/api/v1", "/api/jobs/", "/api//jobs", "/api/v1/backups/list/x"])(
    "%s is not found",
    async (path) => {
      const reply = await call(`GET ${path}`, { as: ada });
      expect([404, 400]).toContain(reply.status);
      if (path.startsWith("/api/")) expectClear(reply);
    },
  );

  it("that are streams refuse what they do not know", async () => {
    for (const { path } of streams) {
      const reply = await call(`POST ${fill(path)}`, { as: admin, body: {} });
      expect([400, 405], path).toContain(reply.status);
      expectClear(reply);
    }
  });
});

describe("the dashboard's own door", () => {
  const trpc = (path: string, init: RequestInit) => fetch(`${api.url}/api/trpc/${path}`, init);
  const auth = () => ({ Authorization: `Bearer ${admin.jwt}` });
  const json = () => ({ ...auth(), "Content-Type": "application/json" });

  it("takes ten calls at once and not more", async () => {
    const batch = (n: number) => `${Array(n).fill("user.me").join(",")}?batch=1&input=${encodeURIComponent("{}")}`;
    expect((await trpc(batch(10), { headers: auth() })).status).toBe(200);
    const giant = await trpc(batch(11), { headers: auth() });
    expect(giant.status).toBe(400);
    expect(await giant.text()).not.toContain("stack");
  });

  it("takes JSON only, of a size", async () => {
    const form = new FormData();
    form.set("jobId", anId);
    expect((await trpc("job.cancel", { method: "POST", headers: auth(), body: form })).status).toBe(415);
    const bytes = { ...auth(), "Content-Type": "application/octet-stream" };
    expect((await trpc("job.cancel", { method: "POST", headers: bytes, body: "x" })).status).toBe(415);
    const large = JSON.stringify({ jobId: "x".repeat(5_000_000) });
    expect((await trpc("job.cancel", { method: "POST", headers: json(), body: large })).status).toBe(413);
  });

  it.each(["no.such", "__proto__", "job.__proto__", "constructor", "job.getStatus,__proto__", "%00", ".."])(
    "does not know %s",
    async (path) => {
      const reply = await trpc(path, { headers: auth() });
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reply.status).toBeLessThan(500);
      expect(await reply.text()).not.toMatch(/stack|node_modules/);
    },
  );

  it("does not change anything for a GET", async () => {
    const input = encodeURIComponent(JSON.stringify({ jobId: randomUUID() }));
    expect((await trpc(`job.cancel?input=${input}`, { headers: auth() })).status).toBe(405);
  });
});
