import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import path from "node:path";
import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { projectMembers } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { sessionSecret } from "@/server/session";
import { addPerson, api, givenApi, type Person } from "@/server/testing/api";
import { eventsOf, fileRow, sha256, uploads } from "@/server/testing/data-files";

givenControlPlane();
givenApi({ IMPORT_MAX_MB: "2" });

let tenant: Tenant;
let importer: Person;
let other: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  importer = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
  other = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
});

type Sent = { as?: Person | null; headers?: Record<string, string | number>; body?: Buffer };

function open(method: string, where: string, { as = importer, headers = {} }: Sent = {}) {
  const token = as ? { Authorization: `Bearer ${as.jwt}` } : {};
  const sending = request(api.url + where, { method, headers: { "Tus-Resumable": "1.0.0", ...token, ...headers } });
  sending.on("error", () => {});
  return sending;
}

async function send(method: string, where: string, options: Sent = {}) {
  const sending = open(method, where, options);
  const answered = once(sending, "response");
  sending.end(options.body);
  const [response]: IncomingMessage[] = await answered;
  let text = "";
  for await (const piece of response ?? []) text += piece;
  return { status: response?.statusCode, headers: response?.headers ?? {}, text };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const metadata = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(",");
const usual = () => ({ "Upload-Metadata": metadata({ filename: "clients.csv", project_id: tenant.slug }) });
const create = (bytes: number, options: Sent = {}) =>
  send("POST", "/api/v1/uploads", { ...options, headers: { "Upload-Length": bytes, ...usual(), ...options.headers } });

async function created(bytes: number): Promise<string> {
  const { status, headers } = await create(bytes, { headers: { Host: "elsewhere.example" } });
  expect(status).toBe(201);
  expect(headers.location).toMatch(/^\/api\/v1\/uploads\/[0-9a-f-]{36}$/);
  return headers.location ?? "";
}

const patch = (where: string, offset: number, options: Sent = {}) =>
  send("PATCH", where, {
    ...options,
    headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset, ...options.headers },
  });
const idOf = (where: string) => path.basename(where);

/** Sends the beginning of a part, and drops the connection once it has arrived. */
async function sendAndDrop(where: string, bytes: Buffer, length: number) {
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": 0, "Content-Length": length };
  const sending = open("PATCH", where, { headers });
  sending.write(bytes);
  const part = path.join(testEnv.uploadDir, "unfinished", idOf(where));
  await waitFor(async () => (await readFile(part)).length === bytes.length, { what: "the first half" });
  sending.destroy();
}

describe("an upload in parts", () => {
  it("goes on where its connection was lost, and becomes a data file of the same bytes", async () => {
    const bytes = randomBytes(900_000);
    const where = await created(bytes.length);
    await sendAndDrop(where, bytes.subarray(0, 400_000), bytes.length);
    const asked = await send("HEAD", where);
    expect(asked.headers).toMatchObject({ "upload-offset": "400000", "upload-length": "900000" });
    expect(await patch(where, 300_000, { body: bytes.subarray(300_000) })).toMatchObject({ status: 409 });
    const rest = await patch(where, 400_000, { body: bytes.subarray(400_000) });
    expect(rest).toMatchObject({ status: 204, headers: { "upload-offset": "900000" } });
    const row = await fileRow(idOf(where));
    expect(row).toMatchObject({
      filename: "clients.csv",
      sizeBytes: 900_000,
      sha256: sha256(bytes),
      uploadedBy: importer.id,
      projectId: tenant.projectId,
    });
    expect(await readFile(path.join(testEnv.uploadDir, idOf(where)))).toEqual(bytes);
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
    expect((await uploads()).filter((name) => name.startsWith(idOf(where)))).toEqual([idOf(where)]);
  });

  it("is whole also for a client that has not heard so, and for nobody else", async () => {
    const bytes = Buffer.from("id\n1\n");
    const where = await created(bytes.length);
    await patch(where, 0, { body: bytes });
    const asked = await send("HEAD", where);
    expect(asked).toMatchObject({ status: 200, headers: { "upload-offset": "5", "upload-length": "5" } });
    expect((await patch(where, 5, { body: Buffer.alloc(0) })).status).toBe(204);
    expect((await patch(where, 0, { body: bytes })).status).toBe(409);
    expect((await send("HEAD", where, { as: other })).status).toBe(404);
    expect((await send("DELETE", where)).status).toBe(404);
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
  });

  it("that was cut off after its last byte becomes a data file when it is asked for", async () => {
    const bytes = Buffer.from("id\n1\n2\n");
    const where = await created(bytes.length);
    await writeFile(path.join(testEnv.uploadDir, "unfinished", idOf(where)), bytes);
    const both = await Promise.all([send("HEAD", where), send("HEAD", where)]);
    expect(both.map(({ headers }) => headers["upload-offset"])).toEqual(["7", "7"]);
    expect(await fileRow(idOf(where))).toMatchObject({ sha256: sha256(bytes) });
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
  });

  it("can be given up, and leaves nothing", async () => {
    const where = await created(10);
    await patch(where, 0, { body: Buffer.from("12345") });
    expect((await send("DELETE", where)).status).toBe(204);
    expect((await send("HEAD", where)).status).toBe(404);
    expect((await uploads()).filter((name) => name.startsWith(idOf(where)))).toEqual([]);
  });

  it("tells what it can", async () => {
    const { headers } = await send("OPTIONS", "/api/v1/uploads", { as: null });
    expect(headers).toMatchObject({ "tus-version": "1.0.0", "tus-max-size": "2000000" });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });
});

describe("an upload in parts is refused", () => {
  it("to whoever may not import there, and to everybody but its creator", async () => {
    const before = await uploads();
    const stranger = await addPerson();
    const exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
    expect((await create(5, { as: null })).status).toBe(401);
    expect((await create(5, { as: stranger })).status).toBe(404);
    expect((await create(5, { as: exporter })).status).toBe(403);
    expect(await uploads()).toEqual(before);
    const where = await created(5);
    for (const as of [other, stranger]) {
      expect((await send("HEAD", where, { as })).status).toBe(404);
      expect((await patch(where, 0, { as, body: Buffer.from("12345") })).status).toBe(404);
      expect((await send("DELETE", where, { as })).status).toBe(404);
    }
    expect((await send("HEAD", where, { as: null })).status).toBe(401);
    expect(await fileRow(idOf(where))).toBeUndefined();
  });

  it("once its creator may no longer import", async () => {
    const former = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
    const { headers } = await create(5, { as: former });
    await db.delete(projectMembers).where(eq(projectMembers.userId, former.id));
    const answer = await patch(headers.location ?? "", 0, { as: former, body: Buffer.from("12345") });
    expect(answer.status).toBe(404);
    expect(await fileRow(idOf(headers.location ?? ""))).toBeUndefined();
  });

  it("to a browser that another site makes send it", async () => {
    const session = await encode({ token: { sub: importer.id, version: 1 }, secret: sessionSecret() });
    const cookie = `next-auth.session-token=${session}`;
    const from = (site: string) => create(5, { as: null, headers: { Cookie: cookie, "Sec-Fetch-Site": site } });
    expect((await from("cross-site")).status).toBe(403);
    expect((await from("same-origin")).status).toBe(201);
  });

  it("when it is larger than is allowed, or than it said", async () => {
    expect(await create(2_000_001)).toMatchObject({ status: 413 });
    const where = await created(5);
    const body = Buffer.from("123456");
    expect((await patch(where, 0, { body })).status).toBe(413);
    expect((await patch(where, 0, { body, headers: { "Transfer-Encoding": "chunked" } })).status).toBe(413);
    expect(await fileRow(idOf(where))).toBeUndefined();
  });

  it.each<[string, Record<string, string>, number]>([
    ["when it is empty", { "Upload-Length": "0" }, 400],
    ["without a project", { "Upload-Metadata": metadata({ filename: "x" }) }, 400],
    ["with a path for a name", { "Upload-Metadata": metadata({ filename: "../x", project_id: "PROJECT" }) }, 400],
    ["with metadata that are none", { "Upload-Metadata": "project_id ?" }, 400],
    ["with a name that is dangerous elsewhere", { "Upload-Metadata": "__proto__ eA==" }, 400],
  ])("%s", async (_, headers, status) => {
    const meta = headers["Upload-Metadata"]?.replace(base64("PROJECT"), base64(tenant.slug));
    const before = await uploads();
    expect((await create(5, { headers: { ...headers, ...(meta && { "Upload-Metadata": meta }) } })).status).toBe(
      status,
    );
    expect(await uploads()).toEqual(before);
  });

  it("where the address has more than an id, whoever's id that is", async () => {
    const [mine, theirs] = [await created(5), (await create(5, { as: other })).headers.location ?? ""];
    for (const where of [
      `${mine}?/${idOf(theirs)}`,
      `${mine}/../${idOf(theirs)}`,
      "/api/v1/uploads/..%2f..%2fx",
      `/api/v1/uploads/${randomUUID()}`,
    ])
      expect([400, 404]).toContain((await patch(where, 0, { body: Buffer.from("12345") })).status);
    expect(await fileRow(idOf(theirs))).toBeUndefined();
    expect((await send("GET", mine)).status).toBe(405);
  });

  it("when its client does not speak tus, or claims to be somebody else in its metadata", async () => {
    const where = await created(5);
    expect((await send("HEAD", where, { headers: { "Tus-Resumable": "0.2" } })).status).toBe(400);
    const forged = metadata({ project_id: tenant.slug, user_id: other.id });
    const { headers } = await create(5, { headers: { "Upload-Metadata": forged } });
    expect((await send("HEAD", headers.location ?? "", { as: other })).status).toBe(404);
    expect((await send("HEAD", headers.location ?? "")).status).toBe(200);
  });
});
