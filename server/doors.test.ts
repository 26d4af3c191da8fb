import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { streams } from "@/server/rest/table";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { expectClear } from "@/server/testing/expect-clear";

givenControlPlane();
givenApi();

let admin: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
});

const anId = "00000000-0000-4000-8000-000000000000";

describe("other addresses", () => {
  it.each(["/api", "/api/", "/api/nothing", "/api/v1", "/api/jobs/", "/api//jobs", "/api/v1/backups/list/x"])(
    "%s is not found",
    async (path) => {
      const reply = await call(`GET ${path}`, { as: admin });
      expect([404, 400]).toContain(reply.status);
      if (path.startsWith("/api/")) expectClear(reply);
    },
  );

  it("that are streams refuse what they do not know", async () => {
    for (const { method, path } of streams) {
      const other = method === "POST" ? "PUT" : "POST";
      const reply = await call(`${other} ${path.replace(/\{\w+\}/g, anId)}`, { as: admin, body: {} });
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
