import { createHash, randomUUID } from "node:crypto";
import { mkdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, dumps, jobs } from "@/db/schema";
import { sweepUploads } from "@/jobs/import-dump/sweep";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { scriptOf, targetDatabase, uploaded } from "@/jobs/testing/dump-import";
import { testEnv } from "@/jobs/testing/env";
import { adminSql, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { dump, files, upload, wishFor } from "@/server/testing/dump-upload";

givenControlPlane();
givenApi({ UPLOAD_MAX_MB: "1" });
givenWorker();

let admin: Person;
let member: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
  member = await addPerson();
  await mkdir(testEnv.uploadDir, { recursive: true });
});

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

it("what a crash or nobody's use has left is swept, and nothing else", async () => {
  const [kept, old, wanted] = await Promise.all([uploaded(dump), uploaded(dump), uploaded(dump)]);
  const [part, running, foreign] = [`${randomUUID()}.part`, `${randomUUID()}.part`, "notes.txt"];
  for (const name of [part, running, foreign]) await writeFile(path.join(testEnv.uploadDir, name), "x");
  const long = new Date(Date.now() - 3_600_000);
  for (const name of [part, old, foreign, kept, wanted]) await utimes(path.join(testEnv.uploadDir, name), long, long);
  for (const id of [old, wanted])
    await db.update(dumps).set({ createdAt: sql`now() - interval '2 days'` }).where(eq(dumps.id, id));
  const options = { dumpId: wanted, slug: "x", name: "x", schemaName: "x", databaseId: await targetDatabase() };
  const runAt = sql`now() + interval '1 hour'`;
  const [job] = await db.insert(jobs).values({ kind: "import_dump", options, runAt }).returning();
  await sweepUploads();
  const left = await files();
  for (const name of [kept, running, foreign, wanted]) expect(left).toContain(name);
  for (const name of [part, old]) expect(left).not.toContain(name);
  await db.delete(jobs).where(eq(jobs.id, job?.id ?? ""));
});
