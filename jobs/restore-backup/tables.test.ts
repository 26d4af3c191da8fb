import { beforeEach, describe, expect, it } from "vitest";
import { qualified } from "@/jobs/postgres/identifier";
import { keptSchema, undoneSchema } from "@/jobs/restore-backup/names";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { type Backup, jobAtEnd } from "@/jobs/testing/export-job";
import { restored, schemasOf, startRestoreOf, startUndoOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { makeTenant, type Tenant, tenantSql } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

let tenant: Tenant;
let backup: Backup;
const name = (text: string) => qualified(tenant.schema, text);
const run = (statements: string) => tenantSql().unsafe(statements);
const contents = () => contentsOf(tenant.url, tenant.schema);

beforeEach(async () => {
  tenant = await makeTenant({ tables: 0 });
  await run(`create type ${name("mood")} as enum ('sad', 'happy');
    create table ${name("people")} (id int generated always as identity primary key, mood ${name("mood")}, moods ${name("mood")}[],
      label text generated always as ('person') stored);
    create table ${name('Odd "visits"')} (id serial primary key, person int references ${name("people")} on delete cascade);
    create table ${name("audit")} (what text);
    create function ${name("note")}() returns trigger language plpgsql as $$ begin insert into ${name("audit")} values (tg_op); return null; end $$;
    create trigger note after insert or truncate on ${name("people")} for each statement execute function ${name("note")}();
    create trigger silent after insert on ${name("people")} for each statement execute function ${name("note")}();
    alter table ${name("people")} disable trigger silent;
    create view ${name("happy")} as select * from ${name("people")} where mood = 'happy';
    insert into ${name("people")} (mood, moods) select (array['sad', 'happy'])[1 + i % 2]::${name("mood")}, array['sad']::${name("mood")}[] from generate_series(1, 20) i;
    insert into ${name('Odd "visits"')} (person) select i from generate_series(1, 20) i;
    truncate ${name("audit")}`);
  backup = await backupOf(tenant, { format: "custom" });
});

describe("a restore of chosen tables", () => {
  it.each(["custom", "sql", "tar"] as const)(
    "of a %s file brings back their rows and leaves all else alone",
    async (format) => {
      const of = await backupOf(tenant, { format });
      const before = await contents();
      await run(`update ${name("people")} set mood = 'sad'; delete from ${name("people")} where id > 18;
      insert into ${name("people")} (mood) values ('happy'), ('happy'); truncate ${name("audit")}; insert into ${name("audit")} values ('kept')`);
      const changed = await contents();
      const { id } = await restored(of, tenant, { tables: ["people", 'Odd "visits"'] });
      const after = await contents();
      expect(after.tables).toEqual({ ...before.tables, audit: changed.tables.audit });
      expect(after.definitions).toBe(before.definitions);
      // Numbers that were given out are not given out again.
      expect(after.sequences).toEqual(changed.sequences);
      expect(await schemasOf(id)).toEqual([keptSchema(id)]);

      expect(await jobAtEnd(await startUndoOf(id, tenant))).toMatchObject({ status: "completed", errorMessage: null });
      expect(await contents()).toEqual(changed);
      expect(await schemasOf(id)).toEqual([keptSchema(id), undoneSchema(id)]);
    },
  );

  it("brings back one that is gone, if it can stand alone", async () => {
    await run(`drop table ${name('Odd "visits"')}`);
    const { id } = await restored(backup, tenant, { tables: ['Odd "visits"'] });
    expect((await contents()).tables['Odd "visits"']).toMatch(/^20 /);
    await jobAtEnd(await startUndoOf(id, tenant));
    expect((await contents()).tables['Odd "visits"']).toBeUndefined();

    await run(`drop table ${name("people")} cascade`);
    const job = await jobAtEnd(await startRestoreOf(backup, tenant, { tables: ["people"] }));
    expect(job).toMatchObject({ status: "failed", errorCode: "restore_refused", attempts: 1 });
    expect(job.errorMessage).toMatch(/cannot come back alone/);
    expect(await schemasOf(job.id)).toEqual([]);
  });

  it("refuses rows that others need as they are, tables with other columns, and tables that it does not hold", async () => {
    await run(
      `insert into ${name("people")} (mood) values ('sad'); insert into ${name('Odd "visits"')} (person) values (21)`,
    );
    const before = await contents();
    const broken = await jobAtEnd(await startRestoreOf(backup, tenant, { tables: ["people"] }));
    expect(broken).toMatchObject({ status: "failed", errorCode: "restore_refused" });
    expect(broken.errorMessage).toMatch(/foreign key .*does not hold any more/);
    const unknown = await jobAtEnd(await startRestoreOf(backup, tenant, { tables: ["nobody", "happy"] }));
    expect(unknown.errorMessage).toMatch(/holds no rows of these tables. nobody; happy/);
    expect(await contents()).toEqual(before);
    await run(`alter table ${name("people")} add column added int`);
    const other = await jobAtEnd(await startRestoreOf(backup, tenant, { tables: ["people"] }));
    expect(other.errorMessage).toMatch(/people has other columns now: now it has added/);
    expect(await schemasOf(other.id)).toEqual([]);
  });
});
