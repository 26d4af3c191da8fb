import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { makeTenant, unique } from "@/jobs/testing/tenant";
import { call, givenApi, type Person } from "@/server/testing/api";
import { at, create, givenSchedulers, hour, made, type Shown, wish } from "@/server/testing/schedules";

givenControlPlane();
givenApi();
const given = givenSchedulers();

describe("a schedule", () => {
  it("copies only to destinations that there are", async () => {
    const options = { destinations: ["00000000-0000-4000-8000-000000000000"] };
    expect(await create({ options })).toMatchObject({ status: 404, body: { code: "DESTINATION_NOT_FOUND" } });
    const schedule = await made();
    expect((await call(`POST ${at(schedule)}`, { as: given.ada, body: { options } })).status).toBe(404);
  });

  it("is encrypted only where there is a key", async () => {
    const wanted = { options: { encrypt: true } };
    expect(await create(wanted)).toMatchObject({ status: 409, body: { code: "NO_ENCRYPTION_KEY" } });
    const plain = await made();
    expect(await call(`POST ${at(plain)}`, { as: given.ada, body: wanted })).toMatchObject({
      body: { code: "NO_ENCRYPTION_KEY" },
    });
    await addKey();
    expect(await create(wanted)).toMatchObject({ status: 201 });
  });
});

describe("of somebody else's", () => {
  it("nothing is seen by whoever is no member, and nothing changed by whoever does not manage", async () => {
    const schedule = await made();
    expect(await call("GET /api/v1/schedules", { as: given.stranger })).toMatchObject({
      status: 200,
      body: { data: [] },
    });
    for (const [verb, method] of [
      ["", "GET"],
      ["", "DELETE"],
      ["/pause", "POST"],
      ["/resume", "POST"],
      ["/run", "POST"],
    ] as const) {
      const body = method === "POST" ? {} : undefined;
      expect(await call(`${method} ${at(schedule, verb)}`, { as: given.stranger, body })).toMatchObject({
        status: 404,
      });
      if (method !== "GET")
        expect(await call(`${method} ${at(schedule, verb)}`, { as: given.reader, body })).toMatchObject({
          status: 403,
        });
    }
    expect(await create({}, given.reader)).toMatchObject({ status: 403 });
    expect(await create({}, given.stranger)).toMatchObject({ status: 404, body: { code: "PROJECT_NOT_FOUND" } });
    expect(await create({ project_id: null, pattern: "*" })).toMatchObject({ status: 403 });
    expect(await call(`POST ${at(schedule)}`, { as: given.ada, body: { pattern: "*" } })).toMatchObject({
      status: 403,
    });
    const other = await makeTenant({ tables: 0 });
    expect(await call(`POST ${at(schedule)}`, { as: given.ada, body: { project_id: other.slug } })).toMatchObject({
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
    const send = (verb: string, body: object = {}) => call(`POST ${at(schedule, verb)}`, { as: given.manager, body });
    expect(await create({}, given.manager)).toMatchObject(refused);
    expect(await send("", { cron: "0 4 * * *" })).toMatchObject(refused);
    expect(await send("/run")).toMatchObject(refused);
    expect(await send("/pause")).toMatchObject({ status: 200 });
    expect(await send("/resume")).toMatchObject(refused);
    expect(await db.select().from(jobs).where(eq(jobs.scheduleId, schedule.id))).toEqual([]);
    expect(await call(`DELETE ${at(schedule)}`, { as: given.manager })).toMatchObject({ status: 204 });
  });

  it("is told so by what the dashboard reads", async () => {
    const schedule = await made();
    const seenBy = async (as: Person) => {
      const { body } = await call("GET /api/trpc/schedule.list?input=%7B%7D", { as });
      const all = (body as { result: { data: { id: string }[] } }).result.data;
      return all.find(({ id }) => id === schedule.id);
    };
    expect(await seenBy(given.ada)).toMatchObject({ canChange: true, canRun: true });
    expect(await seenBy(given.manager)).toMatchObject({ canChange: true, canRun: false });
    expect(await seenBy(given.reader)).toMatchObject({ canChange: false, canRun: false });
  });

  it("is a token too that lacks the one scope or the other", async () => {
    const schedule = await made();
    const makeToken = async (scopes: string[]) => {
      const reply = await call("POST /api/v1/tokens", { as: given.ada, body: { name: unique(), scopes } });
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
    const reply = await create(changes, given.admin);
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
    expect(await call(`POST ${at(other)}`, { as: given.ada, body: { name } })).toMatchObject({ status: 409 });
  });

  it("is told by the preview too", async () => {
    const preview = (query: string) => call(`GET /api/v1/schedules/preview?${query}`, { as: given.stranger });
    const fine = await preview("cron=0+2+*+*+1-5&time_zone=Europe/Berlin");
    expect(fine).toMatchObject({ status: 200, body: { words: "At 02:00, Monday through Friday" } });
    expect((fine.body as Shown).next_slots.map(hour)).toEqual(["02:00:00", "02:00:00", "02:00:00"]);
    expect(await preview("cron=0+0+30+2+*")).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/never runs/) },
    });
  });
});
