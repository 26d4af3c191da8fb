import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { databases } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, type Tenant } from "@/jobs/testing/tenant";
import { call, givenApi, type Person } from "@/server/testing/api";
import { driver, isAboutClock } from "@/server/testing/documented";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi();

describe("every operation about schedules answers as the document says", () => {
  let tenant: Tenant;
  let admin: Person;
  let ada: Person;
  let nobody: Person;
  const { check, expectAll } = driver();
  const statusOf = async (id: string, reply: ReturnType<typeof call>) => (await check(id, reply)).status;

  beforeAll(async () => {
    ({ tenant, admin, ada, nobody } = await tenantWithPeople());
  });

  it("about schedules", async () => {
    const body = { name: "nightly", project_id: tenant.slug, cron: "0 2 * * *", retention: { keep_count: 3 } };
    const path = "/api/v1/schedules";
    const made = await check("createSchedule", call(`POST ${path}`, { as: ada, body }));
    expect(made.status).toBe(201);
    expect(await statusOf("createSchedule", call(`POST ${path}`, { as: ada, body }))).toBe(409);
    expect(await statusOf("createSchedule", call(`POST ${path}`, { as: nobody, body }))).toBe(404);
    expect(await statusOf("createSchedule", call(`POST ${path}`, { as: ada, body: { cron: "x" } }))).toBe(400);
    const { data } = made.body as { data: { id: string } };
    const one = `${path}/${data.id}`;
    expect(await statusOf("runSchedule", call(`POST ${one}/run`, { as: ada }))).toBe(202);
    expect(await statusOf("runSchedule", call(`POST ${one}/run`, { as: ada }))).toBe(409);
    expect(await statusOf("listSchedules", call(`GET ${path}`, { as: admin }))).toBe(200);
    expect(await statusOf("listSchedules", call(`GET ${path}?project_id=${tenant.slug}`, { as: ada }))).toBe(200);
    expect(await statusOf("listSchedules", call(`GET ${path}?project_id=${tenant.slug}`, { as: nobody }))).toBe(404);
    expect(await statusOf("readSchedule", call(`GET ${one}`, { as: ada }))).toBe(200);
    expect(await statusOf("readSchedule", call(`GET ${one}`, { as: nobody }))).toBe(404);
    expect(await statusOf("previewSchedule", call(`GET ${path}/preview?cron=0+2+*+*+*`, { as: nobody }))).toBe(200);
    expect(await statusOf("previewSchedule", call(`GET ${path}/preview?cron=x`, { as: nobody }))).toBe(400);
    expect(await statusOf("matchProjects", call(`GET ${path}/matches?pattern=*`, { as: admin }))).toBe(200);
    expect(await statusOf("matchProjects", call(`GET ${path}/matches?pattern=a+b`, { as: admin }))).toBe(400);
    expect(await statusOf("matchProjects", call(`GET ${path}/matches?pattern=*`, { as: ada }))).toBe(403);
    expect(await statusOf("changeSchedule", call(`POST ${one}`, { as: ada, body: { cron: "0 3 * * *" } }))).toBe(200);
    expect(await statusOf("changeSchedule", call(`POST ${one}`, { as: ada, body: { pattern: "*" } }))).toBe(403);
    expect(await statusOf("pauseSchedule", call(`POST ${one}/pause`, { as: ada }))).toBe(200);
    expect(await statusOf("resumeSchedule", call(`POST ${one}/resume`, { as: ada }))).toBe(200);
    expect(await statusOf("deleteSchedule", call(`DELETE ${one}`, { as: ada }))).toBe(204);
    expect(await statusOf("deleteSchedule", call(`DELETE ${one}`, { as: ada }))).toBe(404);
  });

  it("about discovery", async () => {
    const [database] = await db.select().from(databases);
    const { schema } = await makeSchema({ tables: 0 });
    const body = { database_id: database?.id, schema_names: [schema] };
    const settings = `POST /api/v1/databases/${database?.id}/settings`;
    expect(await statusOf("configureDatabase", call(settings, { as: admin, body: { max_dumps: 3 } }))).toBe(200);
    expect(await statusOf("listDatabases", call("GET /api/v1/databases", { as: admin }))).toBe(200);
    expect(await statusOf("listDatabases", call("GET /api/v1/databases", { as: ada }))).toBe(403);
    expect(await statusOf("configureDatabase", call(settings, { as: ada, body: { max_dumps: 3 } }))).toBe(403);
    expect(await statusOf("listProposals", call("GET /api/v1/discovery", { as: admin }))).toBe(200);
    expect(await statusOf("listProposals", call("GET /api/v1/discovery", { as: ada }))).toBe(403);
    expect(await statusOf("ignoreProposals", call("POST /api/v1/discovery/ignore", { as: admin, body }))).toBe(204);
    expect(await statusOf("acceptProposals", call("POST /api/v1/discovery/accept", { as: admin, body }))).toBe(201);
    expect(await statusOf("acceptProposals", call("POST /api/v1/discovery/accept", { as: admin, body }))).toBe(409);
  });

  it("and none was left out", () => expectAll(isAboutClock));
});
