import { and, eq, isNull } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, jobs, projects } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
/** Manages the tenant, and may export it. */
let ada: Person;
/** Manages it, and may not export. */
let manager: Person;
/** Is a member of it, and no more. */
let reader: Person;
let stranger: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  admin = await addPerson({ role: "admin" });
  ada = await addPerson({ permissions: { [tenant.projectId]: ["manage", "export"] } });
  manager = await addPerson({ permissions: { [tenant.projectId]: ["manage"] } });
  reader = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  stranger = await addPerson();
});

const wish = (changes: object = {}) => ({
  name: `nightly ${unique()}`,
  project_id: tenant.slug,
  cron: "0 2 * * *",
  time_zone: "Europe/Berlin",
  ...changes,
});
type Shown = { id: string; name: string; next_slots: string[] };
const dataOf = ({ body }: { body: unknown }) => (body as { data: Shown }).data;
const create = (changes: object = {}, as = ada) => call("POST /api/v1/schedules", { as, body: wish(changes) });
const made = async (changes: object = {}, as = ada) => {
  const reply = await create(changes, as);
  expect(reply).toMatchObject({ status: 201 });
  return dataOf(reply);
};
const at = (schedule: { id: string }, verb = "") => `/api/v1/schedules/${schedule.id}${verb}`;
const hour = (slot: string | undefined) => new Date(slot ?? "").toLocaleTimeString("de", { timeZone: "Europe/Berlin" });

describe("a schedule", () => {
  it("is made, shown in words with its next slots, changed, paused, resumed and deleted, each told to the audit", async () => {
    const schedule = await made({
      options: { format: "custom", storage_path: "nightly" },
      retention: { keep_daily: 7 },
    });
    expect(schedule).toMatchObject({
      project_id: tenant.projectId,
      project_slug: tenant.slug,
      pattern: null,
      words: "At 02:00, every day",
      options: { format: "custom", storage_path: "nightly", encrypt: false },
      retention: { keep_daily: 7, delete_failed: false },
      paused_at: null,
      last_run: null,
    });
    expect(schedule.next_slots).toHaveLength(3);
    expect(schedule.next_slots.map(hour)).toEqual(["02:00:00", "02:00:00", "02:00:00"]);
    expect(await call(`GET ${at(schedule)}`, { as: reader })).toMatchObject({ body: { data: { id: schedule.id } } });
    const changed = await call(`POST ${at(schedule)}`, { as: ada, body: { cron: "30 3 * * 1-5", retention: null } });
    expect(dataOf(changed)).toMatchObject({
      name: schedule.name,
      words: "At 03:30, Monday through Friday",
      options: { storage_path: "nightly" },
      retention: null,
    });
    expect(hour(dataOf(changed).next_slots[0])).toBe("03:30:00");
    for (const _ of [1, 2])
      expect(await call(`POST ${at(schedule, "/pause")}`, { as: ada })).toMatchObject({
        status: 200,
        body: { data: { next_slots: [] } },
      });
    expect(dataOf(await call(`POST ${at(schedule, "/resume")}`, { as: ada })).next_slots).toHaveLength(3);
    expect(await call(`DELETE ${at(schedule)}`, { as: ada })).toMatchObject({ status: 204 });
    expect(await call(`GET ${at(schedule)}`, { as: ada })).toMatchObject({
      status: 404,
      body: { code: "SCHEDULE_NOT_FOUND" },
    });
    const events = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectId, schedule.id))
      .orderBy(auditEvents.id);
    expect(events.map(({ action }) => action)).toEqual(
      ["added", "changed", "paused", "resumed", "deleted"].map((what) => `schedule.${what}`),
    );
    expect(events.every(({ projectId, actorId }) => projectId === tenant.projectId && actorId === ada.id)).toBe(true);
  });

  it("runs at once, and not again before that has ended", async () => {
    const schedule = await made({ verify_every: 1, verify_level: "archive" });
    const reply = await call(`POST ${at(schedule, "/run")}`, { as: ada });
    expect(reply).toMatchObject({ status: 202, body: { jobs: 1, busy: 0 } });
    const [job] = await db.select().from(jobs).where(eq(jobs.scheduleId, schedule.id));
    expect(job).toMatchObject({ userId: ada.id, projectId: tenant.projectId, options: { verify: "archive" } });
    expect(await call(`POST ${at(schedule, "/run")}`, { as: ada })).toMatchObject({
      status: 409,
      body: { code: "SCHEDULE_BUSY" },
    });
    expect(dataOf(await call(`GET ${at(schedule)}`, { as: ada }))).toMatchObject({
      last_run: { jobs: 1, completed: 0, failed: 0, unfinished: 1, error_message: null },
    });
  });

  it("is what the status tells of when nothing comes earlier", async () => {
    const other = await makeTenant({ tables: 0 });
    const status = () => call(`GET /api/v1/backups/status?project_id=${other.slug}`, { as: admin });
    expect(await status()).toMatchObject({ body: { next_scheduled: null } });
    const later = await made({ project_id: other.slug }, admin);
    expect(await status()).toMatchObject({ body: { next_scheduled: later.next_slots[0] } });
    const sooner = await made({ project_id: null, pattern: other.slug, cron: "*/5 * * * *" }, admin);
    expect(await status()).toMatchObject({ body: { next_scheduled: sooner.next_slots[0] } });
    for (const one of [later, sooner]) await call(`POST ${at(one, "/pause")}`, { as: admin });
    expect(await status()).toMatchObject({ body: { next_scheduled: null } });
  });

  it("has an address of a monitor, of which only the host is ever shown again", async () => {
    const schedule = await made({ heartbeat_url: "https://monitor.example.org/ping/secret-of-a-test" });
    expect(schedule).toMatchObject({ heartbeat_host: "monitor.example.org" });
    const kept = await call(`POST ${at(schedule)}`, { as: ada, body: { name: `renamed ${unique()}` } });
    expect(dataOf(kept)).toMatchObject({ heartbeat_host: "monitor.example.org" });
    const all = [
      schedule,
      kept,
      await call("GET /api/v1/schedules", { as: admin }),
      await db.select().from(auditEvents),
    ];
    expect(JSON.stringify(all)).not.toContain("secret-of-a-test");
    const gone = await call(`POST ${at(schedule)}`, { as: ada, body: { heartbeat_url: null } });
    expect(dataOf(gone)).toMatchObject({ heartbeat_host: null });
  });

  it("of a pattern is of the projects that there are", async () => {
    const prefix = `p${unique()}`;
    const schedule = await made({ project_id: null, pattern: `${prefix}-*` }, admin);
    expect(schedule).toMatchObject({ pattern: `${prefix}-*`, project_id: null, project_count: 0 });
    expect(await call(`POST ${at(schedule, "/run")}`, { as: admin })).toMatchObject({ status: 404 });
    const other = await makeTenant({ tables: 0 });
    await db
      .update(projects)
      .set({ slug: `${prefix}-eu` })
      .where(eq(projects.id, other.projectId));
    expect(await call(`POST ${at(schedule, "/run")}`, { as: admin })).toMatchObject({ status: 202, body: { jobs: 1 } });
    const member = await addPerson({ permissions: { [other.projectId]: ["manage"] } });
    const { body } = await call("GET /api/v1/schedules", { as: member });
    expect(body).toMatchObject({ data: [{ id: schedule.id, project_count: 1 }] });
    expect(await call(`POST ${at(schedule, "/pause")}`, { as: member })).toMatchObject({ status: 403 });
    const moved = await call(`POST ${at(schedule)}`, { as: admin, body: { project_id: tenant.slug } });
    expect(moved).toMatchObject({ status: 200, body: { data: { pattern: null, project_id: tenant.projectId } } });
  });

  it("of a pattern tells its members what became of their own projects, and of no others", async () => {
    const prefix = `q${unique()}`;
    const projectsOf = async (slug: string) => {
      const { projectId } = await makeTenant({ tables: 0 });
      await db
        .update(projects)
        .set({ slug: `${prefix}-${slug}` })
        .where(eq(projects.id, projectId));
      return projectId;
    };
    const [ours, theirs] = [await projectsOf("a"), await projectsOf("b")];
    const schedule = await made({ project_id: null, pattern: `${prefix}-*` }, admin);
    const run = () => call(`POST ${at(schedule, "/run")}`, { as: admin, body: {} });
    const end = (projectId: string, set: { status: "completed" | "failed"; errorMessage?: string }) =>
      db
        .update(jobs)
        .set({ ...set, finishedAt: new Date() })
        .where(and(eq(jobs.scheduleId, schedule.id), eq(jobs.projectId, projectId), isNull(jobs.finishedAt)));
    const member = await addPerson({ permissions: { [ours]: [] } });
    const lastRun = async (as: Person) =>
      (dataOf(await call(`GET ${at(schedule)}`, { as })) as unknown as { last_run: object | null }).last_run;

    expect(await run()).toMatchObject({ body: { jobs: 2 } });
    await end(ours, { status: "completed" });
    await end(theirs, { status: "failed", errorMessage: "no permission on table their_secret" });
    const one = { jobs: 1, completed: 1, failed: 0, unfinished: 0, error_message: null };
    expect(await lastRun(member)).toMatchObject(one);
    const both = { jobs: 2, completed: 1, failed: 1, error_message: "no permission on table their_secret" };
    expect(await lastRun(admin)).toMatchObject(both);

    // A run of theirs alone is none for the member: the last one is still that before.
    await db
      .update(projects)
      .set({ slug: `other-${prefix}` })
      .where(eq(projects.id, ours));
    expect(await run()).toMatchObject({ body: { jobs: 1 } });
    await db
      .update(projects)
      .set({ slug: `${prefix}-a` })
      .where(eq(projects.id, ours));
    expect(await lastRun(member)).toMatchObject(one);
    expect(await lastRun(admin)).toMatchObject({ jobs: 1, unfinished: 1 });
  });

  it("copies only to destinations that there are", async () => {
    const options = { destinations: ["00000000-0000-4000-8000-000000000000"] };
    expect(await create({ options })).toMatchObject({ status: 404, body: { code: "DESTINATION_NOT_FOUND" } });
    const schedule = await made();
    expect((await call(`POST ${at(schedule)}`, { as: ada, body: { options } })).status).toBe(404);
  });

  it("is encrypted only where there is a key", async () => {
    const wanted = { options: { encrypt: true } };
    expect(await create(wanted)).toMatchObject({ status: 409, body: { code: "NO_ENCRYPTION_KEY" } });
    const plain = await made();
    expect(await call(`POST ${at(plain)}`, { as: ada, body: wanted })).toMatchObject({
      body: { code: "NO_ENCRYPTION_KEY" },
    });
    await addKey();
    expect(await create(wanted)).toMatchObject({ status: 201 });
  });
});

describe("of somebody else's", () => {
  it("nothing is seen by whoever is no member, and nothing changed by whoever does not manage", async () => {
    const schedule = await made();
    expect(await call("GET /api/v1/schedules", { as: stranger })).toMatchObject({ status: 200, body: { data: [] } });
    for (const [verb, method] of [
      ["", "GET"],
      ["", "DELETE"],
      ["/pause", "POST"],
      ["/resume", "POST"],
      ["/run", "POST"],
    ] as const) {
      const body = method === "POST" ? {} : undefined;
      expect(await call(`${method} ${at(schedule, verb)}`, { as: stranger, body })).toMatchObject({ status: 404 });
      if (method !== "GET")
        expect(await call(`${method} ${at(schedule, verb)}`, { as: reader, body })).toMatchObject({ status: 403 });
    }
    expect(await create({}, reader)).toMatchObject({ status: 403 });
    expect(await create({}, stranger)).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
    expect(await create({ project_id: null, pattern: "*" })).toMatchObject({ status: 403 });
    expect(await call(`POST ${at(schedule)}`, { as: ada, body: { pattern: "*" } })).toMatchObject({ status: 403 });
    const other = await makeTenant({ tables: 0 });
    expect(await call(`POST ${at(schedule)}`, { as: ada, body: { project_id: other.slug } })).toMatchObject({
      status: 404,
    });
  });
});

describe("whoever may manage but not export", () => {
  const refused = {
    status: 403,
    body: { code: "PERMISSION_DENIED", message: expect.stringMatching(/permission to export/) },
  };

  it("pauses and deletes, and has nothing make a backup", async () => {
    const schedule = await made();
    const send = (verb: string, body: object = {}) => call(`POST ${at(schedule, verb)}`, { as: manager, body });
    expect(await create({}, manager)).toMatchObject(refused);
    expect(await send("", { cron: "0 4 * * *" })).toMatchObject(refused);
    expect(await send("/run")).toMatchObject(refused);
    expect(await send("/pause")).toMatchObject({ status: 200 });
    expect(await send("/resume")).toMatchObject(refused);
    expect(await db.select().from(jobs).where(eq(jobs.scheduleId, schedule.id))).toEqual([]);
    expect(await call(`DELETE ${at(schedule)}`, { as: manager })).toMatchObject({ status: 204 });
  });

  it("is told so by what the dashboard reads", async () => {
    const schedule = await made();
    const seenBy = async (as: Person) => {
      const { body } = await call("GET /api/trpc/schedule.list?input=%7B%7D", { as });
      const all = (body as { result: { data: { id: string }[] } }).result.data;
      return all.find(({ id }) => id === schedule.id);
    };
    expect(await seenBy(ada)).toMatchObject({ canChange: true, canRun: true });
    expect(await seenBy(manager)).toMatchObject({ canChange: true, canRun: false });
    expect(await seenBy(reader)).toMatchObject({ canChange: false, canRun: false });
  });

  it("is a token too that lacks the one scope or the other", async () => {
    const schedule = await made();
    const makeToken = async (scopes: string[]) => {
      const reply = await call("POST /api/v1/tokens", { as: ada, body: { name: unique(), scopes } });
      return (reply.body as { data: { token: string } }).data.token;
    };
    for (const scope of ["manage", "export"]) {
      const as = await makeToken([scope]);
      const lacks = { status: 403, body: { message: expect.stringMatching(/lacks the scope (manage|export)/) } };
      expect(await call("POST /api/v1/schedules", { as, body: wish() })).toMatchObject(lacks);
      for (const verb of ["", "/run", "/resume"])
        expect(await call(`POST ${at(schedule, verb)}`, { as, body: {} })).toMatchObject(lacks);
    }
    const pauses = await call(`POST ${at(schedule, "/pause")}`, { as: await makeToken(["manage"]), body: {} });
    expect(pauses).toMatchObject({ status: 200 });
    const both = await makeToken(["manage", "export"]);
    expect(await call(`POST ${at(schedule, "/run")}`, { as: both, body: {} })).toMatchObject({ status: 202 });
  });
});

describe("bad input", () => {
  it.each([
    [{ cron: "* * * * *" }, /oftener than every 5 minutes/],
    [{ cron: "0 0 30 2 *" }, /never runs/],
    [{ cron: "@daily" }, /five fields/],
    [{ cron: "0 0 2 * * *" }, /five fields/],
    [{ cron: 7 }, /cron/i],
    [{ time_zone: "Mars/Olympus" }, /no such time zone/],
    [{ time_zone: "+02:00" }, /no such time zone/],
    [{ name: " " }, /name/i],
    [{ spread_seconds: 86_401 }, /86400/],
    [{ spread_seconds: -1 }, /0/],
    [{ project_id: null }, /Give either/],
    [{ pattern: "*" }, /Give either/],
    [{ project_id: null, pattern: "a'; drop" }, /pattern/i],
    [{ options: { format: "papyrus" } }, /format/],
    [{ options: { storage_path: "../x" } }, /must be relative/],
    [{ options: { description: "x" } }, /description/],
    [{ retention: { keep_count: -1 } }, /0/],
    [{ retention: { keep_counts: 1 } }, /keep_counts/],
    [{ verify_every: 0 }, /1/],
    [{ verify_level: "soon" }, /verify/i],
    [{ heartbeat_url: "ftp://monitor.example.org" }, /begins with https/],
    [{ heartbeat_url: "https://ann:secret@monitor.example.org" }, /without a user/],
    [{ surprise: 1 }, /surprise/],
  ])("%j is refused in a sentence", async (changes, said) => {
    const reply = await create(changes, admin);
    expect(reply).toMatchObject({
      status: 400,
      body: { code: "VALIDATION_ERROR", message: expect.stringMatching(said) },
    });
  });

  it("names fields within others as callers do", async () => {
    const { body } = await create({ options: { storage_path: "../x" }, retention: { keep_daily: -1 } });
    const { details } = body as { details: { field: string }[] };
    expect(new Set(details.map(({ field }) => field))).toEqual(
      new Set(["options.storage_path", "retention.keep_daily"]),
    );
  });

  it("takes a name once, whatever its case", async () => {
    const { name } = await made();
    expect(await create({ name: name.toUpperCase() })).toMatchObject({ status: 409, body: { code: "ALREADY_EXISTS" } });
    const other = await made();
    expect(await call(`POST ${at(other)}`, { as: ada, body: { name } })).toMatchObject({ status: 409 });
  });

  it("is told by the preview too", async () => {
    const preview = (query: string) => call(`GET /api/v1/schedules/preview?${query}`, { as: stranger });
    const fine = await preview("cron=0+2+*+*+1-5&time_zone=Europe/Berlin");
    expect(fine).toMatchObject({ status: 200, body: { words: "At 02:00, Monday through Friday" } });
    expect((fine.body as Shown).next_slots.map(hour)).toEqual(["02:00:00", "02:00:00", "02:00:00"]);
    expect(await preview("cron=0+0+30+2+*")).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/never runs/) },
    });
  });
});
