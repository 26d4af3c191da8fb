import { randomUUID } from "node:crypto";
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { type ClientRequest, request } from "node:http";
import path from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, dataFiles, jobs } from "@/db/schema";
import { sweepUploads } from "@/jobs/import-dump/sweep";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { eventsOf, fileRow, sha256, uploads } from "@/server/testing/data-files";

givenControlPlane();
givenApi({ IMPORT_MAX_MB: "1" });

let tenant: Tenant;
let importer: Person;
let exporter: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  importer = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
  exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  stranger = await addPerson();
});

type Options = { query?: string; type?: string };
const upload = (as: Person | string | undefined, body: string, { query, type = "text/csv" }: Options = {}) =>
  call(`POST /api/v1/data-files?${query ?? `project_id=${tenant.slug}&filename=clients.csv`}`, {
    as,
    body,
    headers: { "Content-Type": type },
  });

async function uploaded(body = "id\n1\n"): Promise<string> {
  const answer = await upload(importer, body);
  expect(answer.status).toBe(201);
  return (answer.body as { file_id: string }).file_id;
}

it("a file of rows is kept with its hash, and the audit knows who brought it", async () => {
  const text = "id,name\n1,ä\n";
  const answer = await upload(importer, text);
  expect(answer).toMatchObject({
    status: 201,
    body: { filename: "clients.csv", size_bytes: Buffer.byteLength(text), sha256: sha256(text) },
  });
  const { file_id, expires_at } = answer.body as { file_id: string; expires_at: string };
  expect(new Date(expires_at).getTime() - Date.now()).toBeGreaterThan(23 * 3_600_000);
  expect(await readFile(path.join(testEnv.uploadDir, file_id), "utf8")).toBe(text);
  expect(await fileRow(file_id)).toMatchObject({ projectId: tenant.projectId, uploadedBy: importer.id });
  expect(await eventsOf(file_id)).toEqual(["data.uploaded"]);
});

describe("an upload of rows is refused", () => {
  it("to whoever may not import there, who is written down", async () => {
    const before = await uploads();
    expect(await upload(undefined, "a")).toMatchObject({ status: 401 });
    expect(await upload(exporter, "a")).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    const theirs = and(eq(auditEvents.actorId, exporter.id), eq(auditEvents.action, "access.refused"));
    expect(await db.select().from(auditEvents).where(theirs)).toMatchObject([{ subjectId: "dataFile.upload" }]);
    expect(await upload(stranger, "a")).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
    expect(await uploads()).toEqual(before);
  });

  it("to a token that may not import", async () => {
    const made = await call("POST /api/v1/tokens", {
      as: importer,
      body: { name: "reader", scopes: ["read", "export"] },
    });
    const { token } = (made.body as { data: { token: string } }).data;
    expect(await upload(token, "a")).toMatchObject({
      status: 403,
      body: { message: "This API token lacks the scope import." },
    });
  });

  it.each<[string, Options & { status: number }]>([
    ["as a form", { type: "multipart/form-data; boundary=x", status: 415 }],
    ["without a project", { query: "filename=x", status: 400 }],
    ["for a project that cannot be", { query: "project_id=a%22b", status: 400 }],
    ["with a path for a name", { query: "project_id=x&filename=..%2Fx", status: 404 }],
    ["with a field that is not known", { query: "project_id=x&name=x", status: 400 }],
  ])("%s", async (_, { status, ...options }) => {
    expect((await upload(importer, "a", options)).status).toBe(status);
  });

  it("with a path for a name, in a project of theirs", async () => {
    const query = `project_id=${tenant.slug}&filename=..%2Fx`;
    expect(await upload(importer, "a", { query })).toMatchObject({
      status: 400,
      body: { details: [{ field: "filename" }] },
    });
    expect((await call("GET /api/v1/data-files", { as: importer })).status).toBe(405);
  });

  it("when it is empty or too large, and leaves nothing", async () => {
    const before = await uploads();
    expect((await upload(importer, "")).status).toBe(400);
    expect(await sendMuch({ "Content-Length": "200000000" })).toMatchObject({ status: 413 });
    expect(await sendMuch({})).toMatchObject({ status: 413 });
    expect(await uploads()).toEqual(before);
  });

  it("without reading what is too large to its end", async () => {
    // What the sockets on both sides hold, and no more.
    for (const length of ["200000000", null])
      expect((await sendMuch(length ? { "Content-Length": length } : {})).taken).toBeLessThan(40_000_000);
  });

  it("when its client goes away, and leaves nothing", async () => {
    const before = await uploads();
    const sending = begin({ "Content-Length": "900000" });
    sending.write(Buffer.alloc(500_000));
    await waitFor(async () => (await uploads()).some((name) => name.endsWith(".part")), { what: "the upload" });
    sending.destroy();
    await waitFor(async () => (await uploads()).length === before.length, { what: "the end of the upload" });
  });
});

function begin(headers: Record<string, string>): ClientRequest {
  const all = { "Content-Type": "text/csv", ...headers, Authorization: `Bearer ${importer.jwt}` };
  const sending = request(`${api.url}/api/v1/data-files?project_id=${tenant.slug}`, { method: "POST", headers: all });
  sending.on("error", () => {});
  return sending;
}

/** Sends 200 MB, as fast as they are taken, until the connection is closed. Gives the answer's status, and how much was taken. */
async function sendMuch(headers: Record<string, string>): Promise<{ status: number | undefined; taken: number }> {
  const sending = begin(headers);
  const closed = new Promise<void>((resolve) => sending.on("close", () => resolve()));
  let status: number | undefined;
  sending.on("response", (response) => {
    status = response.statusCode;
    response.resume();
  });
  let taken = 0;
  const piece = Buffer.alloc(100_000, "x");
  const more = () => {
    while (taken < 200_000_000 && !sending.destroyed) {
      taken += piece.length;
      if (!sending.write(piece)) return;
    }
    if (!sending.destroyed) sending.end();
  };
  sending.on("drain", more);
  more();
  await closed;
  return { status, taken };
}

it("files of rows that nobody needs are swept after a day, and nothing else", async () => {
  const [kept, old, wanted] = [await uploaded(), await uploaded(), await uploaded()];
  const unfinished = path.join(testEnv.uploadDir, "unfinished");
  await mkdir(unfinished, { recursive: true });
  const [left, running] = [randomUUID(), randomUUID()];
  const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
  for (const name of [left, `${left}.json`, running, `${running}.json`]) {
    await writeFile(path.join(unfinished, name), "x");
    await utimes(path.join(unfinished, name), twoDaysAgo, twoDaysAgo);
  }
  await utimes(path.join(unfinished, running), new Date(), new Date());
  for (const id of [kept, old, wanted]) await utimes(path.join(testEnv.uploadDir, id), twoDaysAgo, twoDaysAgo);
  for (const id of [old, wanted])
    await db.update(dataFiles).set({ createdAt: sql`now() - interval '2 days'` }).where(eq(dataFiles.id, id));
  const [job] = await db
    .insert(jobs)
    .values({
      kind: "import_data",
      projectId: tenant.projectId,
      options: { fileId: wanted },
      runAt: sql`now() + interval '1 hour'`,
    })
    .returning();
  await sweepUploads();
  const names = await uploads();
  for (const name of [kept, wanted, running, `${running}.json`]) expect(names).toContain(name);
  for (const name of [old, left, `${left}.json`]) expect(names).not.toContain(name);
  expect(await fileRow(old)).toBeUndefined();
  await db
    .update(jobs)
    .set({ finishedAt: sql`now()`, status: "failed" })
    .where(eq(jobs.id, job?.id ?? ""));
  await sweepUploads();
  expect(await uploads()).not.toContain(wanted);
});
