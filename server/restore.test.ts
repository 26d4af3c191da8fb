import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, jobs, projects } from "@/db/schema";
import { qualified } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant, type Tenant, tenantSql, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let other: Tenant;
let lead: Person;
let exporter: Person;
let stranger: Person;
let admin: Person;
let id: string;

beforeAll(async () => {
  [tenant, other] = [await makeTenant(), await makeTenant()];
  lead = await addPerson({
    permissions: { [tenant.projectId]: ["export", "restore"], [other.projectId]: ["restore"] },
  });
  exporter = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
  stranger = await addPerson({ permissions: { [other.projectId]: ["export", "restore"] } });
  admin = await addPerson({ role: "admin" });
  const options = { as: lead, headers: { Prefer: "wait=60" }, body: { project_id: tenant.projectId } };
  const { body } = await call("POST /api/v1/backups/create", options);
  id = (body as { backup_id: string }).backup_id;
});

const wait = { Prefer: "wait=60" };
const restore = (as: Person, body: object, headers: Record<string, string> = wait) =>
  call(`POST /api/v1/backups/${id}/restore`, { as, body, headers });
const countRows = async ({ schema }: Tenant) =>
  (await tenantSql().unsafe(`select count(*)::int as n from ${qualified(schema, "t1")}`))[0]?.n;
const startedRestores = () => db.select().from(jobs).where(eq(jobs.kind, "restore_backup"));

describe("restoring by REST", () => {
  it("looks first, then restores, and is undone", async () => {
    const before = await countRows(tenant);
    await tenantSql().unsafe(`delete from ${qualified(tenant.schema, "t1")}`);
    const looked = await call(`GET /api/v1/backups/${id}/restore/preflight`, { as: lead });
    expect(looked).toMatchObject({ status: 200, body: { target: { slug: tenant.slug, schema: tenant.schema } } });
    const { status, body } = await restore(lead, { confirm: tenant.slug });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, backup_id: id, safety_backup_id: expect.any(String) });
    expect(await countRows(tenant)).toBe(before);
    const { job_id, safety_backup_id } = body as { job_id: string; safety_backup_id: string };
    const safety = await call(`GET /api/v1/backups/${safety_backup_id}`, { as: lead });
    expect(safety).toMatchObject({ status: 200, body: { backup_type: "safety" } });

    const undone = await call(`POST /api/v1/restores/${job_id}/undo`, { as: lead, headers: wait });
    expect(undone).toMatchObject({ status: 202, body: { data: { status: "completed", kind: "undo_restore" } } });
    expect(await countRows(tenant)).toBe(0);
    const again = await call(`POST /api/v1/restores/${job_id}/undo`, { as: lead });
    expect(again).toMatchObject({ status: 409, body: { code: "INVALID_JOB_STATUS" } });
  });

  it("to another project needs the right to take the data out as well", async () => {
    const done = await restore(lead, {
      confirm: other.slug,
      target_project_id: other.slug,
      create_safety_backup: false,
    });
    expect(done).toMatchObject({ status: 200, body: { success: true, safety_backup_id: null } });
    expect(await countRows(other)).toBeGreaterThan(0);
    const refused = await restore(stranger, { confirm: other.slug, target_project_id: other.slug });
    expect(refused).toMatchObject({ status: 404, body: { code: "BACKUP_NOT_FOUND" } });
  });

  it.each([
    {
      what: "a wrong confirmation",
      ask: () => restore(lead, { confirm: "acme" }),
      status: 400,
      code: "VALIDATION_ERROR",
    },
    { what: "no confirmation", ask: () => restore(lead, {}), status: 400, code: "VALIDATION_ERROR" },
    {
      what: "the slug of the source for another target",
      ask: () => restore(lead, { confirm: tenant.slug, target_project_id: other.slug }),
      status: 400,
      code: "VALIDATION_ERROR",
    },
    {
      what: "an unknown field",
      ask: () => restore(lead, { confirm: tenant.slug, force: true }),
      status: 400,
      code: "VALIDATION_ERROR",
    },
    {
      what: "a target that is not there",
      ask: () => restore(lead, { confirm: "x", target_project_id: "nowhere" }),
      status: 404,
      code: "PROJECT_NOT_FOUND",
    },
    {
      what: "somebody without the permission",
      ask: () => restore(exporter, { confirm: tenant.slug }),
      status: 403,
      code: "PERMISSION_DENIED",
    },
    {
      what: "somebody who may not even see it",
      ask: () => restore(stranger, { confirm: tenant.slug }),
      status: 404,
      code: "BACKUP_NOT_FOUND",
    },
  ])("refuses $what, and starts nothing", async ({ ask, status, code }) => {
    const before = (await startedRestores()).length;
    expect(await ask()).toMatchObject({ status, body: { code } });
    expect(await startedRestores()).toHaveLength(before);
  });

  it("refuses a file that is known to be damaged", async () => {
    await db.update(backups).set({ status: "corrupt" }).where(eq(backups.id, id));
    expect(await restore(lead, { confirm: tenant.slug })).toMatchObject({
      status: 422,
      body: { code: "BACKUP_CORRUPT" },
    });
    await db.update(backups).set({ status: "available" }).where(eq(backups.id, id));
  });

  it("with one idempotency key makes one job, and a failed one is not simply repeated", async () => {
    const headers = { "Idempotency-Key": unique() };
    const body = { confirm: tenant.slug, create_safety_backup: false };
    const [first, second] = [await restore(lead, body, headers), await restore(lead, body, headers)];
    const jobId = (first.body as { data: { job_id: string } }).data.job_id;
    expect((second.body as { data: { job_id: string } }).data.job_id).toBe(jobId);
    const other = await restore(lead, { ...body, keep_hours: 48 }, headers);
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_REUSED" } });
  });
});

describe("cloning by REST", () => {
  const clone = (as: Person, body: object, headers: object = {}) =>
    call(`POST /api/v1/backups/${id}/clone`, { as, body, headers: { ...wait, ...headers } });
  const names = () => {
    const slug = `clone-${unique()}`;
    return { slug, name: slug, schema_name: slug };
  };

  it("makes a project, for administrators only", async () => {
    const wish = names();
    expect(await clone(lead, wish)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    expect(await clone(admin, wish)).toMatchObject({ status: 202, body: { data: { status: "completed" } } });
    const [made] = await db.select().from(projects).where(eq(projects.slug, wish.slug));
    expect(made).toMatchObject({ schemaName: wish.schema_name });
    const taken = { status: 409, body: { code: "ALREADY_EXISTS" } };
    expect(await clone(admin, wish)).toMatchObject(taken);
    expect(await clone(admin, { ...names(), schema_name: wish.schema_name })).toMatchObject(taken);
  });

  it("with one idempotency key makes one project, also when it is asked for again at its end", async () => {
    const [wish, key] = [names(), { "Idempotency-Key": unique() }];
    const jobIn = ({ body }: { body: unknown }) => (body as { data: { job_id: string } }).data.job_id;
    const [first, second] = [await clone(admin, wish, key), await clone(admin, wish, key)];
    expect(first).toMatchObject({ status: 202, body: { data: { status: "completed" } } });
    expect(jobIn(second)).toBe(jobIn(first));
    expect(await clone(admin, { ...wish, name: "Another" }, key)).toMatchObject({ status: 409 });
  });

  it.each([
    [{ schema_name: "pg_mine" }, 400],
    [{ schema_name: "ü".repeat(32) }, 400],
    [{ slug: "a/b" }, 400],
    [{ database_id: "00000000-0000-4000-8000-000000000000" }, 404],
  ])("refuses %j", async (wrong, status) => {
    expect(await clone(admin, { ...names(), ...wrong })).toMatchObject({ status });
  });
});
