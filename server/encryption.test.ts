import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { encryptionKeys, jobs } from "@/db/schema";
import { toBech32 } from "@/jobs/archive/age/bech32";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireAllKeys } from "@/jobs/testing/encryption-key";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();

let admin: Person;
let member: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
  member = await addPerson();
});

const as = (person: Person, role: "admin" | "member") =>
  createCaller(inTheNameOf({ id: person.id, email: person.email, name: "Ada", role }));
const boss = () => as(admin, "admin").encryption;
const guest = () => as(member, "member").encryption;
const newRecipient = () => recipientOf(generateIdentity());
const refused = (code: string, message = "") =>
  expect.objectContaining({ cause: expect.objectContaining({ code }), message: expect.stringContaining(message) });
const listed = async (id: string) => (await guest().list()).find((key) => key.id === id);

/** The row as it stands in the database. */
async function stored(id: string): Promise<string> {
  const [row] = await db.execute(sql`select k::text as text from control_plane.encryption_keys k where id = ${id}`);
  return String(row?.text);
}

describe("a pair of keys that is made here", () => {
  it("is shown once, and its secret half is kept nowhere", async () => {
    const { identity, ...key } = await boss().generate({ name: "offsite" });
    expect(recipientOf(identity ?? "")).toBe(key.recipient);
    expect(key).toMatchObject({ name: "offsite", isKept: false, retiredAt: null });
    expect(await listed(key.id)).toEqual(key);
    expect(await stored(key.id)).not.toMatch(/AGE-SECRET-KEY|v1\./);
  });

  it("is kept sealed where that was asked for, and then not shown unless that was asked for too", async () => {
    const kept = await boss().generate({ name: "server", show: false, keep: true });
    expect(kept).toMatchObject({ identity: null, isKept: true });
    expect(await stored(kept.id)).toContain("v1.");
    expect(await stored(kept.id)).not.toContain("AGE-SECRET-KEY");
    const both = await boss().generate({ name: "both", show: true, keep: true });
    const rows = await db.select().from(encryptionKeys);
    const identityOf = (id: string) => rows.find((row) => row.id === id)?.identity ?? "";
    expect(identityOf(both.id)).toBe(both.identity);
    expect(recipientOf(identityOf(kept.id))).toBe(kept.recipient);
    expect(JSON.stringify(await boss().list())).not.toContain("AGE-SECRET-KEY");
  });

  it("is not made for nobody", async () => {
    const making = boss().generate({ name: "lost", show: false, keep: false });
    await expect(making).rejects.toThrow("Somebody has to have the secret key");
  });
});

describe("a public key that the operator brings", () => {
  it("is taken, once", async () => {
    const recipient = newRecipient();
    const key = await boss().add({ name: "mine", recipient: ` ${recipient}\n` });
    expect(key).toMatchObject({ recipient, isKept: false });
    await expect(boss().add({ name: "again", recipient })).rejects.toEqual(refused("ALREADY_EXISTS"));
    const other = newRecipient();
    const both = await Promise.allSettled(["a", "b"].map((name) => boss().add({ name, recipient: other })));
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  it.each([
    ["is none", "ssh-ed25519 AAAA", "begins with age1"],
    ["has a typing error", `${newRecipient().slice(0, -1)}i`, "typing error"],
    ["is cut", newRecipient().slice(0, -1), "typing error"],
    ["locks nothing", toBech32("age", Buffer.alloc(32)), "not safe"],
  ])("is refused with a sentence when it %s", async (_, recipient, message) => {
    await expect(boss().add({ name: "x", recipient })).rejects.toThrow(message);
  });

  it("is refused without a word of it when it is the secret one", async () => {
    const identity = generateIdentity();
    const error = await boss()
      .add({ name: "x", recipient: identity })
      .catch((thrown: Error) => thrown);
    expect(String(error)).toContain("This is a secret key");
    expect(JSON.stringify([error, String(error)])).not.toContain(identity.slice(20));
    expect(await db.select().from(encryptionKeys)).not.toContainEqual(expect.objectContaining({ recipient: identity }));
  });
});

describe("a key that is retired", () => {
  it("is listed after those in use, and not retired twice", async () => {
    const first = await boss().add({ name: "old", recipient: newRecipient() });
    const next = await boss().add({ name: "new", recipient: newRecipient() });
    expect(await boss().retire({ keyId: next.id })).toMatchObject({ retiredAt: expect.any(Date) });
    const order = (await guest().list()).map(({ id }) => id);
    expect(order.indexOf(next.id)).toBeGreaterThan(order.indexOf(first.id));
    await expect(boss().retire({ keyId: next.id })).rejects.toEqual(refused("KEY_NOT_FOUND"));
    await expect(boss().retire({ keyId: crypto.randomUUID() })).rejects.toEqual(refused("KEY_NOT_FOUND"));
  });
});

describe("an export that is to be encrypted", () => {
  const order = (projectId: string) => ({ as: admin, body: { project_id: projectId, encrypt: true } });
  const refusal = {
    status: 409,
    body: { code: "NO_ENCRYPTION_KEY", message: expect.stringContaining("administrator") },
  };
  const jobsOf = (projectId: string) =>
    db.select({ options: jobs.options }).from(jobs).where(eq(jobs.projectId, projectId));

  it("is refused before there is a job when no key is in use, by every door", async () => {
    await retireAllKeys();
    const { projectId } = await registerTenant(await makeSchema());
    expect(await call("POST /api/backup/export", order(projectId))).toMatchObject(refusal);
    expect(await call("POST /api/v1/backups/create", order(projectId))).toMatchObject(refusal);
    const tool = `POST /api/tool-registry/tools/${projectId}/export`;
    expect(await call(tool, { as: admin, body: { encrypt: true } })).toMatchObject(refusal);
    const asking = as(admin, "admin").export.startExport({ projectId, encrypt: true });
    await expect(asking).rejects.toEqual(refused("NO_ENCRYPTION_KEY"));
    expect(await jobsOf(projectId)).toEqual([]);
    const body = { project_id: projectId, encrypt: "yes" };
    expect(await call("POST /api/backup/export", { as: admin, body })).toMatchObject({ status: 400 });
  });

  it("is started when there is one, and the same request stays the same job when the key is retired", async () => {
    const { projectId } = await registerTenant(await makeSchema());
    await addKey();
    const request = { ...order(projectId), headers: { "Idempotency-Key": projectId } };
    const started = await call("POST /api/backup/export", request);
    expect(started).toMatchObject({ status: 202 });
    await retireAllKeys();
    expect((await call("POST /api/backup/export", request)).body).toEqual(started.body);
    expect(await jobsOf(projectId)).toEqual([{ options: expect.objectContaining({ encrypt: true }) }]);
  });

  it("is not tried again without a key", async () => {
    const { projectId } = await registerTenant(await makeSchema());
    await addKey();
    const { job } = as(admin, "admin");
    const { jobId } = await as(admin, "admin").export.startExport({ projectId, encrypt: true });
    await job.cancel({ jobId });
    await retireAllKeys();
    await expect(job.retry({ jobId })).rejects.toEqual(refused("NO_ENCRYPTION_KEY"));
    await addKey();
    expect(await job.retry({ jobId })).toMatchObject({ status: "pending" });
    expect(await jobsOf(projectId)).toHaveLength(2);
  });
});

it("is for administrators to change, and each change is in the audit, without a secret", async () => {
  const answers = await Promise.allSettled([
    guest().generate({ name: "x" }),
    guest().add({ name: "x", recipient: newRecipient() }),
    guest().retire({ keyId: crypto.randomUUID() }),
  ]);
  const refusal = { status: "rejected", reason: refused("PERMISSION_DENIED") };
  expect(answers).toEqual([refusal, refusal, refusal]);
  const nobody = createCaller({ ...inTheNameOf({ id: "", email: "", name: "", role: "member" }), user: null });
  await expect(nobody.encryption.list()).rejects.toEqual(refused("UNAUTHENTICATED"));
  expect(await call("GET /api/trpc/encryption.list")).toMatchObject({ status: 401 });

  const made = await boss().generate({ name: "audited", keep: true });
  const added = await boss().add({ name: "brought", recipient: newRecipient() });
  await boss().retire({ keyId: made.id });
  const { audit } = as(admin, "admin");
  const eventsOf = async (subjectId: string) => (await audit.list({ subjectId })).items;
  expect(await eventsOf(made.id)).toMatchObject([
    { action: "encryption_key.retired", subjectKind: "encryption_key" },
    { action: "encryption_key.generated", details: { name: "audited", recipient: made.recipient, isKept: true } },
  ]);
  expect(await eventsOf(added.id)).toMatchObject([{ action: "encryption_key.added", details: { name: "brought" } }]);
  expect(JSON.stringify(await audit.list({}))).not.toContain("AGE-SECRET-KEY");
});
