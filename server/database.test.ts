import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, databases, jobs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { startExport } from "@/jobs/testing/export-job";
import { connectionOf, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let databaseId: string;
let admin: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  admin = await addPerson({ role: "admin" });
  const [row] = await db.select({ id: databases.id }).from(databases);
  databaseId = row?.id ?? "";
});

type Answer = { error?: { message: string; data: { code: string; httpStatus: number } } };

async function ask(procedure: string, input: object, as = admin) {
  const { status, body } = await call(`POST /api/trpc/database.${procedure}`, { as, body: input });
  const { error } = body as Answer;
  return error ? { status, code: error.data.code, message: error.message } : { status };
}

const now = async () => (await db.select().from(databases).where(eq(databases.id, databaseId)))[0];
/** As the form sends it: the password is left empty. */
const asItIs = () => ({ ...connectionOf(tenant.url), password: "" });
const change = (connection: object, name = "main", as = admin) => ask("change", { databaseId, name, connection }, as);

describe("the connection of a database", () => {
  it("is changed once it has worked, keeps its password where it is not given, and tells the audit without it", async () => {
    const { password } = connectionOf(tenant.url);
    expect(await change({ ...asItIs(), ssl: "prefer" }, "renamed")).toEqual({ status: 200 });
    expect(await now()).toMatchObject({ name: "renamed", connection: { password, ssl: "prefer" } });
    expect(await ask("test", { ...asItIs(), databaseId })).toEqual({ status: 200 });
    const events = await db.select().from(auditEvents).where(eq(auditEvents.subjectId, databaseId));
    expect(events.at(-1)).toMatchObject({ action: "database.changed", details: { name: "renamed", isMoved: false } });
    expect(JSON.stringify(events)).not.toContain(password);
  });

  it("that does not work is not kept, and a kept password goes to no other server or user", async () => {
    const before = await now();
    const wrong = await change({ ...asItIs(), password: "wrong" });
    expect(wrong).toMatchObject({ code: "DATABASE_UNREACHABLE" });
    for (const other of [{ host: "127.0.0.2" }, { port: 1 }, { user: "somebody" }]) {
      expect(await change({ ...asItIs(), ...other })).toMatchObject({ status: 400, code: "VALIDATION_ERROR" });
      expect(await ask("test", { ...asItIs(), ...other, databaseId })).toMatchObject({ status: 400 });
    }
    expect(await now()).toEqual(before);
  });

  it("may lead to another database only where the schemas of its projects are, and while no job is under way", async () => {
    const elsewhere = { ...connectionOf(tenant.url), database: "postgres" };
    expect(await change(elsewhere)).toMatchObject({ status: 400, message: expect.stringContaining(tenant.schema) });
    // The same server by another name is another one, as far as anybody can tell.
    const byName = { ...connectionOf(tenant.url), host: "localhost" };
    const job = await startExport(tenant);
    expect(await change(byName)).toMatchObject({ status: 409, code: "PROJECT_BUSY" });
    expect(await change(asItIs(), "still")).toEqual({ status: 200 });
    await db.update(jobs).set({ status: "completed", finishedAt: sql`now()` }).where(eq(jobs.id, job));
    expect(await change(byName, "moved")).toEqual({ status: 200 });
    expect(await now()).toMatchObject({ name: "moved", connection: { host: "localhost" } });
  });

  it("has a name of its own, and is for administrators", async () => {
    const taken = unique();
    await db.insert(databases).values({ name: taken, connection: connectionOf(tenant.url) });
    expect(await change({ ...connectionOf(tenant.url) }, taken)).toMatchObject({ code: "ALREADY_EXISTS" });
    const member = await addPerson({ permissions: { [tenant.projectId]: ["manage"] } });
    expect(await change(asItIs(), "theirs", member)).toMatchObject({ status: 403 });
    expect(await ask("remove", { databaseId }, member)).toMatchObject({ status: 403 });
  });
});

it("databases are listed by the API, for administrators and without passwords", async () => {
  const { status, body } = await call("GET /api/v1/databases", { as: admin });
  const { data } = body as { data: { id: string }[] };
  const { host, port, user, database, password } = (await now())?.connection ?? connectionOf(tenant.url);
  expect([status, data.find(({ id }) => id === databaseId)]).toMatchObject([
    200,
    { host, port, user, database, projects: 1 },
  ]);
  expect(JSON.stringify(body)).not.toContain(password);
  expect((await call("GET /api/v1/databases", { as: await addPerson() })).status).toBe(403);
});

it("a check notes that a database does not answer, and that it does again", async () => {
  const away = connectionOf("postgres://a:b@127.0.0.1:1/x");
  const [row] = await db.insert(databases).values({ name: unique(), connection: away }).returning();
  const id = row?.id ?? "";
  expect(await ask("check", { databaseId: id })).toEqual({ status: 200 });
  const { body } = await call("GET /api/v1/databases", { as: admin });
  const { data } = body as { data: { id: string; unhealthy_since: string; problem: string }[] };
  const listed = data.find((each) => each.id === id);
  expect([listed?.problem, listed?.unhealthy_since]).toEqual([
    expect.stringMatching(/cannot be reached/),
    expect.stringMatching(/Z$/),
  ]);
  await db
    .update(databases)
    .set({ connection: connectionOf(tenant.url) })
    .where(eq(databases.id, id));
  expect(await ask("check", { databaseId: id })).toEqual({ status: 200 });
  const [now] = await db.select().from(databases).where(eq(databases.id, id));
  expect(now).toMatchObject({ problem: null, unhealthySince: null, checkedAt: expect.any(Date) });
  await db.delete(databases).where(eq(databases.id, id));
});

it("a database is removed while it has no project", async () => {
  expect(await ask("remove", { databaseId })).toMatchObject({ status: 409, code: "DATABASE_IN_USE" });
  const [row] = await db
    .insert(databases)
    .values({ name: unique(), connection: connectionOf(tenant.url) })
    .returning();
  expect(await ask("remove", { databaseId: row?.id })).toEqual({ status: 200 });
  expect(await ask("remove", { databaseId: row?.id })).toMatchObject({ code: "DATABASE_NOT_FOUND" });
});
