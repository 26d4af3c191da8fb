import { beforeEach, describe, expect, it } from "vitest";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { type Backup, jobAtEnd, jobWhen } from "@/jobs/testing/export-job";
import { journalOf, restored, schemasOf, startRestoreOf, startUndoOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { adminSql, makeTenant, type Tenant, tenantSql, unique } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker(async () => ({ RESTORE_LOCK_WAIT_SECONDS: "1" }));

let tenant: Tenant;
let outside: string;
let backup: Backup;
const people = () => qualified(tenant.schema, "people");
const contents = () => contentsOf(tenant.url, tenant.schema);
const run = (statements: string) => tenantSql().unsafe(statements);

beforeEach(async () => {
  tenant = await makeTenant();
  outside = `outside_${unique()}`;
  await run(`create table ${people()} (id int primary key, name text); insert into ${people()} values (1, 'Ann'), (2, 'Bob');
    create function ${qualified(tenant.schema, "next_id")}() returns int language sql as 'select 3';
    create schema ${outside};`);
  backup = await backupOf(tenant, { format: "custom" });
});

describe("what points into the schema from outside", () => {
  it("points to the restored one afterwards, and to the one before after an undo", async () => {
    await run(`create table ${outside}.visits (id int default ${qualified(tenant.schema, "next_id")}(), person int references ${people()} on delete cascade deferrable);
      comment on constraint visits_person_fkey on ${outside}.visits is 'who';
      insert into ${outside}.visits values (1, 1), (2, 2);
      create view ${outside}.names with (security_barrier) as select name from ${people()};
      create function ${outside}.how_many() returns bigint language sql begin atomic select count(*) from ${people()}; end;
      create publication p_${outside} for table ${people()};
      delete from ${people()} where id = 2; update ${people()} set name = 'Zoe'`);
    await adminSql().unsafe(
      `alter publication p_${outside} owner to ${(await run("select current_user as me"))[0]?.me}`,
    );
    const before = await contentsOf(tenant.url, outside);
    await run(`insert into ${people()} values (2, 'Bea')`);
    const { id } = await restored(backup, tenant);

    const look = () => run(`select name, ${outside}.how_many()::int as many from ${outside}.names order by 1`);
    expect([...(await look())]).toEqual([
      { name: "Ann", many: 2 },
      { name: "Bob", many: 2 },
    ]);
    await expect(run(`insert into ${outside}.visits values (3, 9)`)).rejects.toThrow(/foreign key/);
    expect((await contentsOf(tenant.url, outside)).definitions).toBe(before.definitions);
    const published = () =>
      run(`select schemaname as schema from pg_publication_tables where pubname = 'p_${outside}'`);
    expect([...(await published())]).toEqual([{ schema: tenant.schema }]);
    await jobAtEnd(await startUndoOf(id, tenant));
    expect([...(await look())]).toEqual([
      { name: "Bea", many: 2 },
      { name: "Zoe", many: 2 },
    ]);
    expect([...(await published())]).toEqual([{ schema: tenant.schema }]);
  });

  it("and does not fit the backup, keeps the live schema as it is", async () => {
    await run(`insert into ${people()} values (3, 'Cyd');
      create table ${outside}.visits (person int references ${people()}); insert into ${outside}.visits values (3)`);
    const before = await contents();
    const job = await jobAtEnd(await startRestoreOf(backup, tenant));
    expect(job).toMatchObject({ status: "failed", errorCode: "restore_refused", attempts: 1 });
    expect(job.errorMessage).toMatch(/foreign key visits_person_fkey on .*visits.*does not fit.*violates foreign key/);
    expect(await contents()).toEqual(before);
    expect(await schemasOf(job.id)).toEqual([]);
  });

  it("and cannot be made to point elsewhere, is named before anything is done", async () => {
    await run(`create materialized view ${outside}.copied as select name from ${people()}`);
    const job = await jobAtEnd(await startRestoreOf(backup, tenant));
    expect(job).toMatchObject({
      status: "failed",
      errorCode: "restore_refused",
      currentStep: "Checking what stands in the way",
    });
    expect(job.errorMessage).toContain("copied");
    expect(await journalOf(job.id)).toMatchObject({ swappedAt: null, report: { findings: expect.any(Array) } });
  });

  it("and belongs to somebody else, is named before anything is done", async () => {
    const [me] = await run("select current_user as name");
    await run(`create view ${outside}.names as select name from ${people()}`);
    await adminSql().unsafe(`alter view ${outside}.names owner to current_user`);
    const refused = async () => (await jobAtEnd(await startRestoreOf(backup, tenant))).errorMessage;
    expect(await refused()).toMatch(/view .*names, which .* owns\./);
    await adminSql().unsafe(`alter view ${outside}.names owner to ${me?.name};
      alter schema ${outside} owner to current_user; grant usage on schema ${outside} to ${me?.name}`);
    expect(await refused()).toContain(`names, in whose schema ${me?.name} may not create.`);
    await adminSql().unsafe(`grant create on schema ${outside} to ${me?.name}`);
    await restored(backup, tenant);
  });

  it("and is missing, stops the restore as well", async () => {
    await run(`create type ${outside}.mood as enum ('sad'); alter table ${people()} add column mood ${outside}.mood`);
    const other = await backupOf(tenant, { format: "sql" });
    await run(`alter table ${people()} drop column mood; drop type ${outside}.mood`);
    const job = await jobAtEnd(await startRestoreOf(other, tenant));
    expect(job).toMatchObject({ status: "failed", errorCode: "restore_refused" });
    expect(job.errorMessage).toContain(`type ${outside}.mood`);
  });
});

describe("a restore over a schema in use", () => {
  it("says who is in the way, gives up in time, and leaves everything as it was", async () => {
    const before = await contents();
    const busy = await tenantSql().reserve();
    try {
      await busy.unsafe(`begin; update ${people()} set name = 'Eve' where id = 1`);
      const id = await startRestoreOf(backup, tenant);
      const waiting = await jobWhen(id, ({ progress }) => (progress?.blockers.length ?? 0) > 0);
      expect(waiting.currentStep).toBe("Putting it in place");
      const job = await jobAtEnd(id);
      expect(job).toMatchObject({ status: "failed", errorCode: "target_busy", attempts: 1, committedAt: null });
      expect(job.errorMessage).toMatch(/in use.*update .*people/i);
      await busy.unsafe("rollback");
      expect(await contents()).toEqual(before);
      expect(await schemasOf(id)).toEqual([]);
    } finally {
      busy.release();
    }
  });

  it("goes on when they have let go, and loses nothing that was written until then", async () => {
    const busy = await tenantSql().reserve();
    const id = await (async () => {
      try {
        await busy.unsafe(`begin; update ${people()} set name = 'Eve' where id = 1`);
        const started = await startRestoreOf(backup, tenant);
        await jobWhen(started, ({ progress }) => (progress?.blockers.length ?? 0) > 0);
        await busy.unsafe("commit");
        return started;
      } finally {
        busy.release();
      }
    })();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null });
    const [kept] = await schemasOf(id);
    expect([...(await run(`select name from ${quoteIdent(kept ?? "")}.people where id = 1`))]).toEqual([
      { name: "Eve" },
    ]);
    expect([...(await run(`select name from ${people()} where id = 1`))]).toEqual([{ name: "Ann" }]);
  });
});
