import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import path from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, dumps, jobs } from "@/db/schema";
import { sweepDumps } from "@/jobs/import-dump/sweep";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { scriptOf, targetDatabase, uploaded } from "@/jobs/testing/dump-import";
import { testEnv } from "@/jobs/testing/env";
import { adminSql, unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { uploaderOf } from "@/server/uploader";

givenControlPlane();
givenApi({ UPLOAD_MAX_MB: "1" });
givenWorker();

let admin: Person;
let member: Person;
let database: string;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
  member = await addPerson();
  database = await targetDatabase();
  await mkdir(testEnv.uploadDir, { recursive: true });
});

const binary = { "Content-Type": "application/octet-stream" };
const upload = (as: Person | undefined, body: string, query = "") =>
  call(`POST /api/v1/dumps${query}`, { as, body, headers: binary });
const files = () => readdir(testEnv.uploadDir);
const dump = scriptOf("COPY stranger.t (id, body) FROM stdin;\n1\tä\n\\.\n");

async function wishFor(more: object = {}) {
  const slug = `rest-${unique()}`;
  return { slug, name: slug, schema_name: slug, database_id: database, ...more };
}

describe("a dump that is uploaded by REST", () => {
  it("becomes a project, once", async () => {
    const sent = await upload(admin, dump, "?filename=acme.sql");
    expect(sent).toMatchObject({
      status: 201,
      body: {
        filename: "acme.sql",
        size_bytes: Buffer.byteLength(dump),
        sha256: createHash("sha256").update(dump).digest("hex"),
        expires_at: expect.any(String),
      },
    });
    const { dump_id } = sent.body as { dump_id: string };
    expect(await files()).toEqual([dump_id]);
    const headers = { Prefer: "wait=60", "Idempotency-Key": unique() };
    const wish = { as: admin, headers, body: await wishFor() };
    const made = await call(`POST /api/v1/dumps/${dump_id}/restore`, wish);
    expect(made).toMatchObject({
      status: 202,
      body: { data: { status: "completed", kind: "import_dump", rows_done: 1 } },
    });
    const { project_id, job_id } = (made.body as { data: { project_id: string; job_id: string } }).data;
    const [row] = await adminSql().unsafe(`select body from "${wish.body.slug}".t`);
    expect(row).toEqual({ body: "ä" });
    expect(await files()).toEqual([]);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.actorId, admin.id)).orderBy(auditEvents.id);
    expect(events.map(({ action }) => action)).toEqual(["dump.uploaded", "dump.restore_started", "dump.restored"]);
    expect(events.at(-1)?.projectId).toBe(project_id);

    const again = await call(`POST /api/v1/dumps/${dump_id}/restore`, wish);
    expect(again).toMatchObject({ status: 202, body: { data: { job_id } } });
    const gone = await call(`POST /api/v1/dumps/${dump_id}/restore`, { as: admin, body: await wishFor() });
    expect(gone).toMatchObject({ status: 404, body: { code: "DUMP_NOT_FOUND" } });
  });

  it("that is refused can be tried again in another way, and is shown with its words until then", async () => {
    const { body } = await upload(
      admin,
      scriptOf("CREATE FUNCTION stranger.f() RETURNS integer LANGUAGE sql AS $$ select 1 $$;"),
    );
    const { dump_id } = body as { dump_id: string };
    const wish = await wishFor();
    const tried = await call(`POST /api/v1/dumps/${dump_id}/restore`, {
      as: admin,
      headers: { Prefer: "wait=60" },
      body: wish,
    });
    const said = "This dump holds functions or triggers: CREATE FUNCTION stranger.f()";
    expect(tried).toMatchObject({
      body: {
        data: {
          status: "failed",
          project_id: null,
          error_code: "restore_refused",
          error_message: expect.stringContaining(said),
        },
      },
    });
    const { job_id } = (tried.body as { data: { job_id: string } }).data;
    expect((await call(`GET /api/jobs/${job_id}`, { as: member })).status).toBe(404);
    expect(JSON.stringify((await call("GET /api/jobs", { as: admin })).body)).toContain(job_id);
    const trusted = { as: admin, headers: { Prefer: "wait=60" }, body: { ...wish, allow_functions: true } };
    const done = await call(`POST /api/v1/dumps/${dump_id}/restore`, trusted);
    expect(done).toMatchObject({ body: { data: { status: "completed" } } });
  });
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

it("what a crash or nobody's use has left is swept, and nothing else", async () => {
  const [kept, old, wanted] = await Promise.all([uploaded(dump), uploaded(dump), uploaded(dump)]);
  const [part, running, foreign] = [`${randomUUID()}.part`, `${randomUUID()}.part`, "notes.txt"];
  for (const name of [part, running, foreign]) await writeFile(path.join(testEnv.uploadDir, name), "x");
  const long = new Date(Date.now() - 3_600_000);
  for (const name of [part, old, foreign, kept, wanted]) await utimes(path.join(testEnv.uploadDir, name), long, long);
  for (const id of [old, wanted])
    await db.update(dumps).set({ createdAt: sql`now() - interval '2 days'` }).where(eq(dumps.id, id));
  const options = { dumpId: wanted, slug: "x", name: "x", schemaName: "x", databaseId: database };
  const runAt = sql`now() + interval '1 hour'`;
  const [job] = await db.insert(jobs).values({ kind: "import_dump", options, runAt }).returning();
  await sweepDumps();
  const left = await files();
  for (const name of [kept, running, foreign, wanted]) expect(left).toContain(name);
  for (const name of [part, old]) expect(left).not.toContain(name);
  await db.delete(jobs).where(eq(jobs.id, job?.id ?? ""));
});
