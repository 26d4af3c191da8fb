import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, jobs, schedules } from "@/db/schema";
import { scheduleOptions } from "@/jobs/schedule/options";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { jobOf } from "@/jobs/testing/export-job";
import { changeSchedule, makeSchedule } from "@/jobs/testing/schedule";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
let ada: Person;
let grace: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  admin = await addPerson({ role: "admin" });
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
  grace = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

const options = { format: "custom", notifyEmail: "ada@example.org" };

/** An export that has failed. */
async function failed(by: { userId?: string; scheduleId?: string }): Promise<string> {
  const over = { status: "failed" as const, finishedAt: sql`now()`, errorCode: "internal_error", errorMessage: "no" };
  const values = { kind: "export_backup" as const, projectId: tenant.projectId, options, steps: [], stepsTotal: 0 };
  const [row] = await db
    .insert(jobs)
    .values({ ...values, ...over, ...by })
    .returning({ id: jobs.id });
  return row?.id ?? "";
}

async function retried(jobId: string, as: Person) {
  const { status, body } = await call("POST /api/trpc/job.retry", { as, body: { jobId } });
  expect(status).toBe(200);
  return jobOf((body as { result: { data: { jobId: string } } }).result.data.jobId);
}

describe("an export that is tried again", () => {
  it("sends its mail, with a link in the name of whoever tries, only where they had asked for it themselves", async () => {
    const own = await failed({ userId: ada.id });
    expect(await retried(own, ada)).toMatchObject({ userId: ada.id, options });
    const other = await retried(own, admin);
    expect([other.userId, other.options]).toEqual([admin.id, { format: "custom" }]);
  });

  it("of a schedule stays one of the schedule, in whose name the mail is", async () => {
    const wanted = scheduleOptions.parse({ format: "custom", notifyEmail: options.notifyEmail });
    const { id: scheduleId } = await makeSchedule({ projectId: tenant.projectId, createdBy: ada.id, options: wanted });
    const run = await failed({ scheduleId });
    expect(await retried(run, grace)).toMatchObject({ userId: grace.id, scheduleId, options });
    await changeSchedule(scheduleId, { options: { ...wanted, notifyEmail: undefined } });
    const later = await retried(run, grace);
    expect([later.scheduleId, later.options]).toEqual([scheduleId, { format: "custom" }]);
  });
});

it("a retry that is asked for twice with one key starts one job, and says so once", async () => {
  const over = await failed({ userId: ada.id });
  const headers = { "Idempotency-Key": "once" };
  const retry = (jobId: string) => call(`POST /api/jobs/${jobId}/retry`, { as: ada, headers });
  const [first, second] = [await retry(over), await retry(over)];
  expect([first.status, second.status]).toEqual([202, 202]);
  const idOf = ({ body }: typeof first) => (body as { data: { job_id: string } }).data.job_id;
  expect(idOf(second)).toBe(idOf(first));
  expect(await db.$count(auditEvents, eq(auditEvents.subjectId, idOf(first)))).toBe(1);
  expect(await retry(await failed({}))).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
});

it("a job that changes something is not tried again, whether it has a project or not", async () => {
  const values = { kind: "import_dump" as const, userId: admin.id, options: {}, steps: [], stepsTotal: 0 };
  const [row] = await db
    .insert(jobs)
    .values({ ...values, status: "failed", finishedAt: sql`now()`, errorCode: "internal_error", errorMessage: "no" })
    .returning();
  expect(await call(`POST /api/jobs/${row?.id}/retry`, { as: admin })).toMatchObject({
    status: 409,
    body: { code: "INVALID_JOB_STATUS" },
  });
});

it("what a schedule has started is read by every member", async () => {
  const { id: scheduleId } = await makeSchedule({ projectId: tenant.projectId });
  const [run, own] = [await failed({ scheduleId }), await failed({ userId: ada.id })];
  const read = async (jobId: string) =>
    (await call(`GET /api/trpc/job.getStatus?input=${encodeURIComponent(JSON.stringify({ jobId }))}`, { as: grace }))
      .status;
  expect([await read(run), await read(own)]).toEqual([200, 403]);
});

describe("a schedule", () => {
  const create = (name: string) => {
    const body = { name, project_id: tenant.slug, cron: "0\t2  * *\n*", options: {} };
    return call("POST /api/v1/schedules", { as: ada, body });
  };

  it("is made beside as many others as are made at once, each name once", async () => {
    const names = Array.from({ length: 30 }, (_, n) => `nightly ${n % 15}`);
    const made = await Promise.all(names.map(create));
    expect(made.map(({ status }) => status).sort()).toEqual([...Array(15).fill(201), ...Array(15).fill(409)]);
    const changes = await Promise.all(
      made.map(({ body }, n) => {
        const { id } = (body as { data?: { id: string } }).data ?? {};
        const change = { name: n % 2 ? "one name" : `other ${n}`, project_id: tenant.slug };
        return id && call(`POST /api/v1/schedules/${id}`, { as: ada, body: change });
      }),
    );
    const statuses = changes.flatMap((change) => (change ? change.status : []));
    expect(statuses.filter((status) => status === 409)).toHaveLength(
      statuses.length - statuses.filter((s) => s === 200).length,
    );
    expect(statuses).toHaveLength(15);
  });

  it("is still of whoever made it when another one renames it, and sends along what was there", async () => {
    const { body } = await create("mine");
    const { data } = body as { data: { id: string; options: object; cron: string } };
    expect(data.cron).toBe("0 2 * * *");
    const at = `POST /api/v1/schedules/${data.id}`;
    const creator = async () => (await db.select().from(schedules).where(eq(schedules.id, data.id)))[0]?.createdBy;
    expect((await call(at, { as: admin, body: { name: "renamed", options: data.options } })).status).toBe(200);
    expect(await creator()).toBe(ada.id);
    const other = { options: { ...data.options, compression: "zstd" } };
    expect((await call(at, { as: admin, body: other })).status).toBe(200);
    expect(await creator()).toBe(admin.id);
  });
});
