import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { and, desc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, jobSecrets, jobs } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireKey, type TestKey } from "@/jobs/testing/encryption-key";
import { type Backup, jobAtEnd } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { large, makeSchema, makeTenant, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { backupOf, now } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";
import { createCaller } from "@/server/root";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let key: TestKey;
let backup: Backup;
let plain: Backup;
/** Whose key the server keeps. */
let kept: Backup;
let ada: Person;
let bob: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema(large));
  plain = await backupOf(await makeTenant(), { format: "custom" });
  key = await addKey();
  backup = await backupOf(tenant, { format: "sql", encrypt: true });
  await retireKey(key);
  const other = await addKey({ keep: true });
  kept = await backupOf(tenant, { format: "custom", compression: "none", encrypt: true });
  await retireKey(other);
  const both = (all: ("export" | "restore")[]) => ({ [tenant.projectId]: all, [plain.projectId]: all });
  ada = await addPerson({ permissions: both(["export", "restore"]) });
  bob = await addPerson({ permissions: both(["export"]) });
  stranger = await addPerson();
});

const jobsOf = (backupId: string) =>
  db.$count(jobs, and(eq(jobs.kind, "verify_backup"), eq(jobs.options, verifying(backupId))));
const verifying = (backupId: string) => ({ backupId, level: "archive", keysSupplied: true });
const wrongKey = () => ({ identity: generateIdentity() });

const notKeys: [string, object, string][] = [
  ["is a public key", { identity: recipientOf(generateIdentity()) }, "identity"],
  ["has a typing error", { identity: `${generateIdentity().slice(0, -1)}b` }, "identity"],
  ["is empty", { identity: "" }, "identity"],
  ["is an empty passphrase", { passphrase: "" }, "passphrase"],
  ["is no text", { identity: 7 }, "identity"],
  ["is a megabyte", { identity: "x".repeat(100_000) }, "identity"],
];

describe("a verification with a key that came along", () => {
  const verify = (of: Backup, body: object, as = ada) =>
    call(`POST /api/v1/backups/${of.id}/verify`, { as, body, headers: { Prefer: "wait=60" } });

  it("opens what the server cannot, with the text of an identity file", async () => {
    const identity = await readFile(key.file, "utf8");
    const proof = await verify(backup, { level: "archive", identity });
    expect(proof).toMatchObject({ status: 200, body: { verified: true } });
    expect(await db.$count(jobSecrets)).toBe(0);
    const events = await db.select().from(auditEvents).where(eq(auditEvents.action, "backup.verification_started"));
    const jobId = expect.any(String);
    expect(events.at(-1)?.details).toEqual({ filename: backup.filename, level: "archive", keysSupplied: true, jobId });
  });

  it.each(notKeys)("that %s is refused before there is a job", async (_, body, field) => {
    const before = await jobsOf(backup.id);
    const reply = await verify(backup, body);
    expect(reply).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", details: [{ field }] } });
    expect(JSON.stringify(reply.body)).not.toMatch(/AGE-SECRET-KEY-1[A-Z0-9]{5}/);
    expect(await jobsOf(backup.id)).toBe(before);
  });

  it("is refused with two ways to open it at once", async () => {
    expect(await verify(backup, { identity: key.identity, passphrase: "x" })).toMatchObject({ status: 400 });
  });

  it("that is for other backups is told apart from a damaged file, and changes nothing", async () => {
    const before = await now(backup);
    expect(await verify(backup, wrongKey())).toMatchObject({ status: 422, body: { code: "WRONG_KEY" } });
    const late = await verify(backup, { passphrase: "correct horse battery staple" });
    expect(late).toMatchObject({ status: 202, body: { data: { status: "failed", error_code: "wrong_key" } } });
    expect(await now(backup)).toEqual(before);
  });

  it("of a backup that is not encrypted keeps no key at all", async () => {
    const started = await call(`POST /api/v1/backups/${plain.id}/verify`, {
      as: ada,
      body: { identity: key.identity },
    });
    const { job_id } = (started.body as { data: { job_id: string } }).data;
    expect(await jobAtEnd(job_id)).toMatchObject({
      status: "completed",
      options: { backupId: plain.id, level: "archive" },
    });
  });

  it("cannot be done again without it, which is said", async () => {
    const boss = createCaller(inTheNameOf({ ...ada, name: "Ada", role: "admin" }));
    const { jobId } = await boss.proof.start({ backupId: backup.id, level: "archive", identity: key.identity });
    await jobAtEnd(jobId);
    await expect(boss.job.retry({ jobId })).rejects.toThrow("Start it again from the backup's page, with the key.");
  });
});

describe("a download without the encryption", () => {
  const path = (of: Backup) => `/api/v1/backups/${of.id}/decrypted`;
  const bytesOf = async (of: Backup, init: RequestInit = {}) => {
    const headers = { Authorization: `Bearer ${ada.jwt}`, ...init.headers };
    const response = await fetch(api.url + path(of), { method: "POST", ...init, headers });
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const json = { "Content-Type": "application/json" };

  it("is the file as it was before, by a key that came along", async () => {
    const { response, bytes } = await bytesOf(backup, {
      headers: json,
      body: JSON.stringify({ identity: key.identity }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${backup.filename.slice(0, -4)}"`);
    expect(response.headers.get("content-type")).toBe("application/gzip");
    expect(Number(response.headers.get("content-length"))).toBe(bytes.length);
    expect(gunzipSync(bytes).length).toBe(backup.originalBytes);
  });

  it("is opened by the key that the server keeps, also for a form of our own pages", async () => {
    const { response, bytes } = await bytesOf(kept, { body: new URLSearchParams() });
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(bytes.subarray(0, 5).toString()).toBe("PGDMP");
    const form = new URLSearchParams({ identity: await readFile(key.file, "utf8") });
    expect((await bytesOf(backup, { body: form })).bytes.length).toBeGreaterThan(1_000);
  });

  it("is in the audit, with whose key it was and without the key", async () => {
    await bytesOf(backup, { headers: json, body: JSON.stringify({ identity: key.identity }) });
    await bytesOf(kept);
    const [last, before] = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "backup.downloaded_decrypted"))
      .orderBy(desc(auditEvents.id))
      .limit(2);
    const filename = (of: Backup) => of.filename.slice(0, -4);
    expect(last).toMatchObject({
      actorId: ada.id,
      subjectId: kept.id,
      details: { filename: filename(kept), keySupplied: false },
    });
    expect(before).toMatchObject({ subjectId: backup.id, details: { filename: filename(backup), keySupplied: true } });
  });

  it("is refused to whoever may not restore, by whichever key, and to whoever may not see it", async () => {
    const refusal = (as: Person | string | undefined, of: Backup, body: object = {}) =>
      call(`POST ${path(of)}`, { as, body });
    expect(await refusal(bob, kept)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    expect(await refusal(stranger, kept)).toMatchObject({ status: 404, body: { code: "BACKUP_NOT_FOUND" } });
    expect(await refusal(undefined, kept)).toMatchObject({ status: 401 });
    const made = await call("POST /api/v1/tokens", { as: ada, body: { name: "x", scopes: ["read", "export"] } });
    const { token } = (made.body as { data: { token: string } }).data;
    expect(await refusal(token, kept)).toMatchObject({ status: 403 });
    expect(await refusal(ada, backup)).toMatchObject({ status: 422, body: { code: "WRONG_KEY" } });
    expect(await refusal(ada, backup, wrongKey())).toMatchObject({ status: 422, body: { code: "WRONG_KEY" } });
    expect(await refusal(ada, plain)).toMatchObject({ status: 400 });
    expect(await refusal(ada, kept, { path: "../x" })).toMatchObject({ status: 400 });
    expect(await call(`GET ${path(kept)}?identity=x`, { as: ada })).toMatchObject({ status: 405 });
  });

  it.each(notKeys)("with what %s is refused", async (_, body) => {
    expect(await call(`POST ${path(backup)}`, { as: ada, body })).toMatchObject({ status: 400 });
  });

  it("breaks off where the file is damaged, before its promised length", async () => {
    const file = await open(fileOf(kept), "r+");
    const middle = Math.floor(kept.sizeBytes / 2);
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, middle);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, middle);
    await expect(bytesOf(kept)).rejects.toThrow();
    await file.write(buffer, 0, 1, middle);
    await file.close();
    const { bytes } = await bytesOf(kept);
    expect(bytes.length).toBe(kept.originalBytes);
    const [row] = await db.select().from(backups).where(eq(backups.id, kept.id));
    expect(
      createHash("sha256")
        .update(await readFile(fileOf(kept)))
        .digest("hex"),
    ).toBe(row?.sha256);
  });
});
