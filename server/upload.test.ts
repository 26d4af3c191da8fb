import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import { and, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { uploaded } from "@/jobs/testing/dump-import";
import { testEnv } from "@/jobs/testing/env";
import { waitFor } from "@/jobs/testing/wait";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { binary, dump, files, upload, wishFor } from "@/server/testing/dump-upload";
import { isUpload } from "@/server/upload";
import { uploaderOf } from "@/server/uploader";

givenControlPlane();
givenApi({ UPLOAD_MAX_MB: "1" });

let admin: Person;
let member: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
  member = await addPerson();
  await mkdir(testEnv.uploadDir, { recursive: true });
});

describe("an upload is refused", () => {
  it("to whoever is no administrator, who is written down", async () => {
    expect(await upload(undefined, dump)).toMatchObject({ status: 401 });
    expect(await upload(member, dump)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    const mine = and(eq(auditEvents.actorId, member.id), eq(auditEvents.action, "access.refused"));
    expect(await db.select().from(auditEvents).where(mine)).toMatchObject([{ subjectId: "dump.upload" }]);
    const id = await uploaded(dump);
    const asked = await call(`POST /api/v1/dumps/${id}/restore`, { as: member, body: await wishFor() });
    expect(asked.status).toBe(403);
    expect(await files()).toEqual([id]);
  });

  it("to a token that may not restore", async () => {
    const made = await call("POST /api/v1/tokens", { as: admin, body: { name: "reader", scopes: ["read"] } });
    const { token } = (made.body as { data: { token: string } }).data;
    const refused = await call("POST /api/v1/dumps", { as: token, body: dump, headers: binary });
    expect(refused).toMatchObject({ status: 403, body: { message: "This API token lacks the scope restore." } });
  });

  it.each<[string, { headers?: Record<string, string>; query?: string; status: number }]>([
    ["as a form", { headers: { "Content-Type": "multipart/form-data; boundary=x" }, status: 415 }],
    ["with a path for a name", { query: "?filename=..%2Fx", status: 400 }],
    ["with a field that is not known", { query: "?name=x", status: 400 }],
  ])("%s", async (_, { headers = binary, query = "", status }) => {
    expect((await call(`POST /api/v1/dumps${query}`, { as: admin, body: dump, headers })).status).toBe(status);
  });

  it("to a browser that another site makes send it", async () => {
    const context = {
      user: { ...admin, name: "Ada", role: "admin" as const },
      token: null,
      refusal: null,
      address: null,
    };
    const from = (headers: Record<string, string>) =>
      uploaderOf({ ...context, requestId: "r", allowances: [] }, new Headers(headers));
    await expect(from({ "sec-fetch-site": "cross-site" })).rejects.toThrow("Only Coffer's own pages");
    await expect(from({ origin: "https://elsewhere.example", host: "coffer.example" })).rejects.toThrow("own pages");
    expect(await from({ "sec-fetch-site": "same-origin" })).toMatchObject({ actor: { id: admin.id } });
  });

  it("when it is too large, whether it says so or not, and leaves nothing", async () => {
    const before = await files();
    expect(await sendSlowly({ "Content-Length": "2000000" }, 0)).toBe(413);
    expect(await sendSlowly({}, 40)).toBe(413);
    expect(await upload(admin, "")).toMatchObject({ status: 400 });
    expect(await files()).toEqual(before);
  });
});

/** Sends 50 kB at a time, until an answer comes. Gives its status. */
async function sendSlowly(headers: Record<string, string>, pieces: number): Promise<number | undefined> {
  const sending = begin(headers);
  const answered = once(sending, "response");
  sending.flushHeaders();
  for (let n = 0; n < pieces && !sending.destroyed; n++) sending.write(Buffer.alloc(50_000));
  const [response] = await answered;
  sending.destroy();
  return response.statusCode;
}

function begin(headers: Record<string, string>): ClientRequest {
  const all = { ...binary, ...headers, Authorization: `Bearer ${admin.jwt}` };
  const sending = request(`${api.url}/api/v1/dumps`, { method: "POST", headers: all });
  sending.on("error", () => {});
  return sending;
}

it("an upload whose client goes away leaves nothing", async () => {
  const before = await files();
  const sending = begin({ "Content-Length": "900000" });
  sending.write(Buffer.alloc(500_000));
  await waitFor(async () => (await files()).some((name) => name.endsWith(".part")), { what: "the upload" });
  sending.destroy();
  await waitFor(async () => (await files()).length === before.length, { what: "the end of the upload" });
});

it("uploads may take their time, and nothing else", () => {
  const id = randomUUID();
  for (const url of [
    "/api/v1/dumps?filename=x",
    "/api/v1/data-files?project_id=x",
    "/api/v1/uploads",
    `/api/v1/uploads/${id}`,
    "/api/v1/import/validate",
    "/api/v1/import/clients?x=y",
  ])
    expect(isUpload(url), url).toBe(true);
  for (const url of [
    "/",
    `/api/v1/dumps/${id}/restore`,
    `/api/v1/data-files/${id}`,
    "/api/v1/uploadsx",
    "/api/v1/import",
    undefined,
  ])
    expect(isUpload(url), url).toBe(false);
});
