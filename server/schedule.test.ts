import { and, eq, isNull } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, jobs, projects } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant, unique } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { at, dataOf, givenSchedulers, hour, made } from "@/server/testing/schedules";

givenControlPlane();
givenApi();
const given = givenSchedulers();

describe("a schedule", () => {
  it("is made, shown in words with its next slots, changed, paused, resumed and deleted, each told to the audit", async () => {
    const schedule = await made({
      options: { format: "custom", storage_path: "nightly" },
      retention: { keep_daily: 7 },
    });
    expect(schedule).toMatchObject({
      project_id: given.tenant.projectId,
      project_slug: given.tenant.slug,
      pattern: null,
      words: "At 02:00, every day",
      options: { format: "custom", storage_path: "nightly", encrypt: false },
      retention: { keep_daily: 7, delete_failed: false },
      paused_at: null,
      last_run: null,
    });
    expect(schedule.next_slots).toHaveLength(3);
    expect(schedule.next_slots.map(hour)).toEqual(["02:00:00", "02:00:00", "02:00:00"]);
    expect(await call(`GET ${at(schedule)}`, { as: given.reader })).toMatchObject({
      body: { data: { id: schedule.id } },
    });
    const changed = await call(`POST ${at(schedule)}`, {
      as: given.ada,
      body: { cron: "30 3 * * 1-5", retention: null },
    });
    expect(dataOf(changed)).toMatchObject({
      name: schedule.name,
      words: "At 03:30, Monday through Friday",
      options: { storage_path: "nightly" },
      retention: null,
    });
    expect(hour(dataOf(changed).next_slots[0])).toBe("03:30:00");
    for (const _ of [1, 2])
      expect(await call(`POST ${at(schedule, "/pause")}`, { as: given.ada })).toMatchObject({
        status: 200,
        body: { data: { next_slots: [] } },
      });
    expect(dataOf(await call(`POST ${at(schedule, "/resume")}`, { as: given.ada })).next_slots).toHaveLength(3);
    expect(await call(`DELETE ${at(schedule)}`, { as: given.ada })).toMatchObject({ status: 204 });
    expect(await call(`GET ${at(schedule)}`, { as: given.ada })).toMatchObject({
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
    expect(
      events.every(({ projectId, actorId }) => projectId === given.tenant.projectId && actorId === given.ada.id),
    ).toBe(true);
  });

  it("runs at once, and not again before that has ended", async () => {
    const schedule = await made({ verify_every: 1, verify_level: "archive" });
    const reply = await call(`POST ${at(schedule, "/run")}`, { as: given.ada });
    expect(reply).toMatchObject({ status: 202, body: { jobs: 1, busy: 0 } });
    const [job] = await db.select().from(jobs).where(eq(jobs.scheduleId, schedule.id));
    expect(job).toMatchObject({
      userId: given.ada.id,
      projectId: given.tenant.projectId,
      options: { verify: "archive" },
    });
    expect(await call(`POST ${at(schedule, "/run")}`, { as: given.ada })).toMatchObject({
      status: 409,
      body: { code: "SCHEDULE_BUSY" },
    });
    expect(dataOf(await call(`GET ${at(schedule)}`, { as: given.ada }))).toMatchObject({
      last_run: { jobs: 1, completed: 0, failed: 0, unfinished: 1, error_message: null },
    });
  });

  it("is what the status tells of when nothing comes earlier", async () => {
    const other = await makeTenant({ tables: 0 });
    const status = () => call(`GET /api/v1/backups/status?project_id=${other.slug}`, { as: given.admin });
    expect(await status()).toMatchObject({ body: { next_scheduled: null } });
    const later = await made({ project_id: other.slug }, given.admin);
    expect(await status()).toMatchObject({ body: { next_scheduled: later.next_slots[0] } });
    const sooner = await made({ project_id: null, pattern: other.slug, cron: "*/5 * * * *" }, given.admin);
    expect(await status()).toMatchObject({ body: { next_scheduled: sooner.next_slots[0] } });
    for (const one of [later, sooner]) await call(`POST ${at(one, "/pause")}`, { as: given.admin });
    expect(await status()).toMatchObject({ body: { next_scheduled: null } });
  });

  it("has an address of a monitor, of which only the host is ever shown again", async () => {
    const schedule = await made({ heartbeat_url: "https://monitor.example.org/ping/secret-of-a-test" });
    expect(schedule).toMatchObject({ heartbeat_host: "monitor.example.org" });
    const kept = await call(`POST ${at(schedule)}`, { as: given.ada, body: { name: `renamed ${unique()}` } });
    expect(dataOf(kept)).toMatchObject({ heartbeat_host: "monitor.example.org" });
    const all = [
      schedule,
      kept,
      await call("GET /api/v1/schedules", { as: given.admin }),
      await db.select().from(auditEvents),
    ];
    expect(JSON.stringify(all)).not.toContain("secret-of-a-test");
    const gone = await call(`POST ${at(schedule)}`, { as: given.ada, body: { heartbeat_url: null } });
    expect(dataOf(gone)).toMatchObject({ heartbeat_host: null });
  });

  it("of a pattern is of the projects that there are", async () => {
    const prefix = `p${unique()}`;
    const schedule = await made({ project_id: null, pattern: `${prefix}-*` }, given.admin);
    expect(schedule).toMatchObject({ pattern: `${prefix}-*`, project_id: null, project_count: 0 });
    expect(await call(`POST ${at(schedule, "/run")}`, { as: given.admin })).toMatchObject({ status: 404 });
    const other = await makeTenant({ tables: 0 });
    await db
      .update(projects)
      .set({ slug: `${prefix}-eu` })
      .where(eq(projects.id, other.projectId));
    expect(await call(`POST ${at(schedule, "/run")}`, { as: given.admin })).toMatchObject({
      status: 202,
      body: { jobs: 1 },
    });
    const member = await addPerson({ permissions: { [other.projectId]: ["manage"] } });
    const { body } = await call("GET /api/v1/schedules", { as: member });
    expect(body).toMatchObject({ data: [{ id: schedule.id, project_count: 1 }] });
    expect(await call(`POST ${at(schedule, "/pause")}`, { as: member })).toMatchObject({ status: 403 });
    const moved = await call(`POST ${at(schedule)}`, { as: given.admin, body: { project_id: given.tenant.slug } });
    expect(moved).toMatchObject({ status: 200, body: { data: { pattern: null, project_id: given.tenant.projectId } } });
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
    const schedule = await made({ project_id: null, pattern: `${prefix}-*` }, given.admin);
    const run = () => call(`POST ${at(schedule, "/run")}`, { as: given.admin, body: {} });
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
    expect(await lastRun(given.admin)).toMatchObject(both);

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
    expect(await lastRun(given.admin)).toMatchObject({ jobs: 1, unfinished: 1 });
  });
});
