import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, databases, projects } from "@/db/schema";
import { lookAfterDatabases } from "@/jobs/discovery/look-after";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addChannel, notificationsOf } from "@/jobs/testing/notification";
import { connectionOf, makeSchema, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

const prefix = `found_${unique()}`;
let tenant: Tenant;
let databaseId: string;
let admin: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0, schema: `${prefix}_taken` });
  const [project] = await db.select().from(projects).where(eq(projects.id, tenant.projectId));
  databaseId = project?.databaseId ?? "";
  admin = await addPerson({ role: "admin" });
  for (const name of ["a", "b", "ignored"]) await makeSchema({ tables: 1, rows: 1, schema: `${prefix}_${name}` });
  await makeSchema({ tables: 0, schema: `other_${prefix}` });
});

const configure = (body: object, as = admin) => call(`POST /api/v1/databases/${databaseId}/settings`, { as, body });
const proposed = async () => {
  const { body } = await call("GET /api/v1/discovery", { as: admin });
  const { data } = body as { data: { error: string | null; schemas: { name: string; slug: string }[] }[] };
  return data.map(({ error, schemas }) => error ?? schemas.map(({ name }) => name));
};
const projectsOf = async () => {
  const rows = await db.select({ name: projects.schemaName }).from(projects).where(eq(projects.databaseId, databaseId));
  return rows
    .map(({ name }) => name)
    .filter((name) => name.includes(prefix))
    .sort();
};

describe("the discovery of new schemas", () => {
  it("proposes those that match and are no project's, until they are accepted or ignored", async () => {
    expect(await configure({ discovery_pattern: `${prefix}_*`, max_dumps: 5 })).toMatchObject({
      status: 200,
      body: { data: { max_dumps: 5, discovery: "propose", discovery_pattern: `${prefix}_*`, ignored_schemas: [] } },
    });
    expect(await proposed()).toEqual([[`${prefix}_a`, `${prefix}_b`, `${prefix}_ignored`]]);
    const ignore = { database_id: databaseId, schema_names: [`${prefix}_ignored`] };
    for (const _ of [1, 2])
      expect(await call("POST /api/v1/discovery/ignore", { as: admin, body: ignore })).toMatchObject({ status: 204 });
    expect(await proposed()).toEqual([[`${prefix}_a`, `${prefix}_b`]]);
    const accept = { database_id: databaseId, schema_names: [`${prefix}_a`] };
    const made = await call("POST /api/v1/discovery/accept", { as: admin, body: accept });
    expect(made).toMatchObject({ status: 201, body: { data: [{ schema_name: `${prefix}_a` }] } });
    expect(await proposed()).toEqual([[`${prefix}_b`]]);
    expect(await call("POST /api/v1/discovery/accept", { as: admin, body: accept })).toMatchObject({ status: 409 });
    const events = await db.select().from(auditEvents).where(eq(auditEvents.subjectId, databaseId));
    expect(events.map(({ action }) => action)).toContain("database.schemas_ignored");
  });

  it("tells of what is proposed once, and of what comes later by itself", async () => {
    const channel = await addChannel({ kind: "webhook", url: "https://hooks.example.org/x", secret: "s" }, [
      { event: "schema_found" },
    ]);
    const told = async () => {
      const all = await notificationsOf(channel);
      return all.map(({ facts }) => (facts as { schemas: string[] }).schemas);
    };
    await Promise.all([lookAfterDatabases(), lookAfterDatabases(), lookAfterDatabases()]);
    expect(await told()).toEqual([[`${prefix}_b`]]);
    await makeSchema({ tables: 0, schema: `${prefix}_later` });
    await lookAfterDatabases();
    await lookAfterDatabases();
    expect((await told()).sort()).toEqual([[`${prefix}_b`], [`${prefix}_later`]]);
    const ignore = { database_id: databaseId, schema_names: [`${prefix}_later`] };
    await call("POST /api/v1/discovery/ignore", { as: admin, body: ignore });
    await lookAfterDatabases();
    expect(await told()).toHaveLength(2);
  });

  it("makes them projects by itself where that is wanted, each once with many workers", async () => {
    await lookAfterDatabases();
    expect(await projectsOf()).toEqual([`${prefix}_a`, `${prefix}_taken`]);
    await configure({ discovery: "automatic" });
    await db
      .insert(databases)
      .values({ name: "away", connection: connectionOf("postgres://a:b@127.0.0.1:1/x"), discovery: "automatic" });
    await Promise.all([lookAfterDatabases(), lookAfterDatabases(), lookAfterDatabases(), lookAfterDatabases()]);
    expect(await projectsOf()).toEqual([`${prefix}_a`, `${prefix}_b`, `${prefix}_taken`]);
    const added = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "project.added"))
      .orderBy(auditEvents.id);
    expect(added.map(({ actorId }) => actorId)).toEqual([admin.id, null]);
  });

  it("says which database does not answer, and leaves those alone where it is off", async () => {
    await configure({ discovery: "off" });
    expect(await proposed()).toEqual([expect.stringMatching(/cannot be reached/)]);
  });
});

describe("bad input", () => {
  it.each([
    { max_dumps: 0 },
    { max_dumps: 101 },
    { discovery: "maybe" },
    { discovery_pattern: "" },
    { ignored_schemas: [""] },
    { name: "x" },
  ])("%j is refused", async (body) =>
    expect(await configure(body)).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR" } }),
  );

  it("is for administrators, about databases and schemas that there are", async () => {
    const ada = await addPerson({ permissions: { [tenant.projectId]: ["manage"] } });
    const chosen = { database_id: databaseId, schema_names: [`${prefix}_b`] };
    expect(await configure({ max_dumps: 2 }, ada)).toMatchObject({ status: 403 });
    expect(await call("GET /api/v1/discovery", { as: ada })).toMatchObject({ status: 403 });
    for (const verb of ["accept", "ignore"]) {
      expect(await call(`POST /api/v1/discovery/${verb}`, { as: ada, body: chosen })).toMatchObject({ status: 403 });
      const strange = { ...chosen, database_id: tenant.projectId };
      expect(await call(`POST /api/v1/discovery/${verb}`, { as: admin, body: strange })).toMatchObject({ status: 404 });
    }
    const unknown = { database_id: databaseId, schema_names: ["nobody"] };
    expect(await call("POST /api/v1/discovery/accept", { as: admin, body: unknown })).toMatchObject({ status: 400 });
  });
});
