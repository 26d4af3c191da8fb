import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, backupsOf, type Job, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { misbehavingDump } from "@/jobs/testing/stand-in";
import { adminSql, large, makeTenant, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();

async function failureOf(tenant: Tenant, options: Record<string, unknown> = { format: "custom" }): Promise<Job> {
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
  givenWorker();

  it("when row-level security would hide rows: never a filtered backup", async () => {
    const tenant = await makeTenant();
    const accounts = `${tenant.schema}.accounts`;
    await adminSql().unsafe(`create table ${accounts} (id int); insert into ${accounts} values (1), (2);
      alter table ${accounts} enable row level security;
      create policy first_only on ${accounts} using (id = 1);
      grant all on ${accounts} to public`);
    const job = await failureOf(tenant);
    expect(job).toMatchObject({ errorCode: "permission_denied", failure: { willRetry: false } });
    expect(job.errorMessage).toMatch(/row-level security/i);
    expect(job.errorMessage).toContain("accounts");
  });

  it.each([
    ["table", "secrets", "(id int)"],
    ["sequence", "hidden_numbers", ""],
  ])("when there is a %s that may not be read", async (kind, name, rest) => {
    const tenant = await makeTenant();
    await adminSql().unsafe(`create ${kind} ${tenant.schema}.${name} ${rest}`);
    const job = await failureOf(tenant);
    expect(job).toMatchObject({ errorCode: "permission_denied", failure: { willRetry: false } });
    expect(job.errorMessage).toContain(name);
  });

  it("when the sign-in is refused", async () => {
    const tenant = await makeTenant();
    const wrong = await registerTenant({ ...tenant, connection: { ...tenant.connection, user: "nobody_at_all" } });
    const expected = { errorCode: "authentication_failed", failure: { willRetry: false } };
    expect(await failureOf(wrong)).toMatchObject(expected);
  });

  it("when the database is not there", async () => {
    const tenant = await makeTenant();
    const wrong = await registerTenant({ ...tenant, connection: { ...tenant.connection, database: "no_such_db" } });
    expect(await failureOf(wrong)).toMatchObject({ errorCode: "database_unreachable" });
  });
});

describe("a pg_dump that fails", () => {
  givenWorker(async () => ({ COFFER_PG_BIN: await misbehavingDump("fails") }));

  it("is quoted, with the cause in plain words: what becomes of the counting is only a consequence", async () => {
    expect(await failureOf(await makeTenant(large))).toMatchObject({
      errorCode: "permission_denied",
      errorMessage: "PostgreSQL refused: no permission on table secrets.",
      failure: { toolOutput: ["pg_dump: error: query failed: ERROR:  permission denied for table secrets"] },
    });
  });
});

describe.each([
  [
    "writes nothing and says that all is well",
    "silent",
    { code: "archive_invalid", message: /^pg_dump wrote nothing\.$/ },
  ],
  ["dumps another schema", "astray", { code: "archive_invalid", message: /schema that was asked for/ }],
  ["is killed in the middle", "killed", { code: "tool_killed", message: /^pg_dump was ended by SIGKILL\.$/ }],
] as const)("a pg_dump that %s", (_, kind, { code, message }) => {
  givenWorker(async () => ({ COFFER_PG_BIN: await misbehavingDump(kind) }));

  it.each(["custom", "sql", "tar"])("makes no backup as %s", async (format) => {
    const job = await failureOf(await makeTenant(large), { format });
    expect(job.errorCode).toBe(code);
    expect(job.errorMessage).toMatch(message);
  });
});
