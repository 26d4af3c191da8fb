import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, backupsOf, type Job, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { misbehavingDump } from "@/jobs/testing/stand-in";
import { adminSql, large, makeTenant, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

async function failureOf(
  tenant: Tenant,
  options: Record<string, unknown>,
  env: Record<string, string> = {},
): Promise<Job> {
  await using _worker = await startWorkerProcess(env);
  const id = await startExport(tenant, options);
  await allowAttempts(id, 1);
  const job = await jobAtEnd(id);
  expect(job.status).toBe("failed");
  expect(await backupsOf(id)).toEqual([]);
  expect(await leftovers(id)).toEqual(nothing);
  expect(await published()).toEqual([]);
  return job;
}

describe("an export fails loudly", () => {
  it("when row-level security would hide rows: never a filtered backup", async () => {
    const tenant = await makeTenant();
    await adminSql().unsafe(`create table ${tenant.schema}.accounts (id int); insert into ${tenant.schema}.accounts values (1), (2);
      alter table ${tenant.schema}.accounts enable row level security;
      create policy first_only on ${tenant.schema}.accounts using (id = 1);
      grant all on ${tenant.schema}.accounts to public`);
    const job = await failureOf(tenant, { format: "custom" });
    expect(job).toMatchObject({ errorCode: "permission_denied", failure: { willRetry: false } });
    expect(job.errorMessage).toMatch(/row-level security/i);
    expect(job.errorMessage).toContain("accounts");
  });

  it("when there is a table that may not be read", async () => {
    const tenant = await makeTenant();
    await adminSql().unsafe(`create table ${tenant.schema}.secrets (id int)`);
    const job = await failureOf(tenant, { format: "custom" });
    expect(job).toMatchObject({ errorCode: "permission_denied", failure: { willRetry: false } });
    expect(job.errorMessage).toContain("secrets");
  });

  it("when there is a sequence that may not be read", async () => {
    const tenant = await makeTenant();
    await adminSql().unsafe(`create sequence ${tenant.schema}.hidden_numbers`);
    const job = await failureOf(tenant, { format: "custom" });
    expect(job).toMatchObject({ errorCode: "permission_denied", failure: { willRetry: false } });
    expect(job.errorMessage).toContain("hidden_numbers");
  });

  it("when the sign-in is refused", async () => {
    const tenant = await makeTenant();
    const wrong = await registerTenant({ ...tenant, connection: { ...tenant.connection, user: "nobody_at_all" } });
    expect(await failureOf(wrong, {})).toMatchObject({
      errorCode: "authentication_failed",
      failure: { willRetry: false },
    });
  });

  it("when the database is not there", async () => {
    const tenant = await makeTenant();
    const wrong = await registerTenant({ ...tenant, connection: { ...tenant.connection, database: "no_such_db" } });
    expect(await failureOf(wrong, {})).toMatchObject({ errorCode: "database_unreachable" });
  });
});

describe("a pg_dump that", () => {
  it("fails is quoted, with the cause in plain words", async () => {
    const job = await failureOf(await makeTenant(large), {}, { COFFER_PG_BIN: await misbehavingDump("fails") });
    expect(job).toMatchObject({
      errorCode: "permission_denied",
      errorMessage: "PostgreSQL refused: no permission on table secrets.",
      failure: { toolOutput: ["pg_dump: error: query failed: ERROR:  permission denied for table secrets"] },
    });
  });

  it.each(["custom", "sql", "tar"])(
    "writes nothing and says that all is well does not make a backup as %s",
    async (format) => {
      const job = await failureOf(
        await makeTenant(large),
        { format },
        { COFFER_PG_BIN: await misbehavingDump("silent") },
      );
      expect(job).toMatchObject({ errorCode: "archive_invalid", errorMessage: "pg_dump wrote nothing." });
    },
  );

  it.each(["custom", "sql", "tar"])("dumps another schema does not make a backup as %s", async (format) => {
    const job = await failureOf(await makeTenant(), { format }, { COFFER_PG_BIN: await misbehavingDump("astray") });
    expect(job).toMatchObject({ errorCode: "archive_invalid" });
  });

  it.each(["custom", "sql", "tar"])("is killed in the middle does not make a backup as %s", async (format) => {
    const job = await failureOf(
      await makeTenant(large),
      { format },
      { COFFER_PG_BIN: await misbehavingDump("killed") },
    );
    expect(job).toMatchObject({ errorCode: "tool_killed", errorMessage: "pg_dump was ended by SIGKILL." });
  });
});
