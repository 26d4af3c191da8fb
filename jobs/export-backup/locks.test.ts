import { describe, expect, it } from "vitest";
import { connectTenant } from "@/jobs/postgres/connection";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { allowAttempts, backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { heldCompressor, lateDump } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

describe("in the middle of a dump", () => {
  it.each([
    ["an ALTER TABLE", "alter table $.t1 add column extra int"],
    ["a DROP TABLE", "drop table $.t1"],
    ["a TRUNCATE", "truncate $.t2"],
    ["a DROP SCHEMA", "drop schema $ cascade"],
  ])("%s waits until it is over, and is shown meanwhile; the backup is whole", async (_, text) => {
    const tenant = await makeTenant(large);
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentTable);
    const statement = text.replace("$", tenant.schema);
    const migration = connectTenant(tenant.connection, "a migration");
    const done = migration.unsafe(statement).execute();
    const pid = await waitingForLock("a migration");

    const { progress, currentStep } = await jobWhen(id, (job) => job.progress?.waiters.length);
    const waiter = { pid, user: tenant.connection.user, application: "a migration", query: statement };
    expect(progress?.waiters).toMatchObject([waiter]);
    expect(currentStep).toMatch(/^Dumping t1/);
    await gate.open();
    await done;
    const job = await jobAtEnd(id);
    expect(job).toMatchObject({ status: "completed", attempts: 1, rowsDone: 20_200 });
    expect(job.progress?.waiters).toEqual([]);
    expect((await backupsOf(id))[0]?.rowCount).toBe(20_200);
    await migration.end();
  });
});

describe("before a dump", () => {
  it("a session that comes between our locks and pg_dump's makes room: the job is tried again", async () => {
    const tenant = await makeTenant(large);
    const dump = await lateDump();
    await using _worker = await startWorkerProcess(dump.env);
    const id = await startExport(tenant, { format: "custom" });
    await dump.reached();
    const migration = connectTenant(tenant.connection, "a migration in between");
    const done = migration.unsafe(`alter table ${tenant.schema}.t1 add column extra int`).execute();
    await waitingForLock("a migration in between");
    await dump.open();
    const job = await jobWhen(id, ({ status, attempts }) => status === "pending" && attempts === 1);
    expect(job).toMatchObject({ errorCode: "blocked_by_lock", failure: { willRetry: true } });
    await done;
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    await migration.end();
  });

  it("a lock that somebody keeps is waited for only so long, then the job is tried again", async () => {
    const tenant = await makeTenant();
    await using lock = await blocking(tenant.url, `lock table ${tenant.schema}.t2`);
    await using _worker = await startWorkerProcess({ EXPORT_LOCK_WAIT_SECONDS: "1" });
    const id = await startExport(tenant, { format: "custom" });
    const job = await jobWhen(id, ({ status, attempts }) => status === "pending" && attempts === 1);
    expect(job).toMatchObject({ errorCode: "blocked_by_lock", failure: { willRetry: true } });
    expect(await leftovers(id)).toEqual(nothing);
    await lock.commit();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
  });

  it("a schema that is gone ends the job at once, and says so", async () => {
    const tenant = await makeTenant();
    await tenant.sql.unsafe(`drop schema ${tenant.schema} cascade`);
    await using _worker = await startWorkerProcess();
    const job = await jobAtEnd(await startExport(tenant));
    expect(job).toMatchObject({ status: "failed", errorCode: "schema_gone", attempts: 1 });
    expect(job.errorMessage).toBe(`The schema ${tenant.schema} does not exist in this database.`);
    expect(job.failure?.hint).toContain("dropped or renamed");
  });

  it("a schema that goes while we wait for its locks ends the job, and says so", async () => {
    const tenant = await makeTenant();
    await using drop = await blocking(tenant.url, `drop schema ${tenant.schema} cascade`);
    await using _worker = await startWorkerProcess();
    const id = await startExport(tenant);
    await allowAttempts(id, 1);
    await waitingForLock(`coffer:${id}`);
    await drop.commit();
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "schema_gone" });
  });
});
