import { existsSync } from "node:fs";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { dumps, projects } from "@/db/schema";
import { encryptAge } from "@/jobs/archive/age/encrypt";
import { dumpPath } from "@/jobs/import-dump/files";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dumpOf, type Format, imported, pack, rolesAndSchemasOf } from "@/jobs/testing/dump-import";
import { addKey } from "@/jobs/testing/encryption-key";
import { gather } from "@/jobs/testing/gather";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { toolOfVersion } from "@/jobs/testing/stand-in";
import { adminSql, makeTenant, sessions, type Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker(async () => ({ COFFER_PG_BIN: await toolOfVersion("pg_restore", "15.20") }));

const shop = `
  create type mood as enum ('sad', 'so "so"', 'happy''s');
  create domain email as text constraint has_at check (value like '%@%');
  create sequence odd_numbers increment 2; select nextval('odd_numbers'), nextval('odd_numbers');
  create function twice(int) returns int language sql immutable as 'select $1 * 2';
  create function touch() returns trigger language plpgsql as $$ begin new.touched = now(); return new; end $$;
  create table people (id bigint generated always as identity primary key, email email unique, mood mood default 'sad', data jsonb,
    note text, raw bytea, touched timestamptz, doubled int generated always as (twice(length(coalesce(note, '')))) stored,
    number int default nextval('odd_numbers'));
  create table orders (id serial primary key, person bigint not null references people, at timestamptz default now());
  insert into people (email, data, note, raw) select i || '@example.org', jsonb_build_object('n', i),
    case i % 4 when 0 then null when 1 then '' when 2 then E'tab\\t\\n\\\\. there' else repeat('ü🐘', i % 50) end, decode(md5(i::text), 'hex')
    from generate_series(1, 500) i;
  insert into orders (person) select id from people;
  create trigger touched before update on people for each row execute function touch();
  create index on people (lower(email)) where mood = 'sad';
  create view everybody as select id, email from people;
  create materialized view moods as select mood, count(*) as n from people group by mood;
  create table events (id int, at date not null) partition by range (at);
  create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
  insert into events select i, date '2025-01-01' + i from generate_series(1, 90) i;
  alter table orders enable row level security; create policy mine on orders using (person > 0);
  create statistics people_mood on mood, number from people;
  comment on table people is 'People''s "table"; \\! not a command';
  grant select on people to public;`;

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0, schema: `Shop "${crypto.randomUUID().slice(0, 8)}"` });
  await tenant.sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${quoteIdent(tenant.schema)}`);
    await tx.unsafe(shop);
  });
});

/** The same, whatever the schema is called, without grants. */
const anonymous = (text: string, schema: string) =>
  text
    .replaceAll(quoteIdent(schema), "SCHEMA")
    .replaceAll(schema, "SCHEMA")
    .replace(/^GRANT .*\n/gm, "");

async function expectSame(schema: string) {
  const [was, is] = [await contentsOf(tenant.url, tenant.schema), await contentsOf(tenant.url, schema)];
  expect(is.tables).toEqual(was.tables);
  expect(is.sequences).toEqual(was.sequences);
  expect(anonymous(is.definitions, schema).replaceAll(/\n\n+/g, "\n")).toBe(
    anonymous(was.definitions, tenant.schema).replaceAll(/\n\n+/g, "\n"),
  );
}

async function* once(bytes: Buffer) {
  yield bytes;
}

describe("a dump that stock pg_dump made elsewhere", () => {
  it.each([
    ["plain", "none"],
    ["plain", "zstd"],
    ["custom", "none"],
    ["custom", "gzip"],
    ["tar", "gzip"],
  ] as const)(
    "as %s, compressed with %s, becomes a project with all that it holds",
    async (format: Format, compression) => {
      const bytes = pack[compression](await dumpOf(tenant, format));
      const { job, options } = await imported(bytes, {
        schemaName: `copy ${format} ${compression}`,
        allowFunctions: true,
      });
      expect(job).toMatchObject({ status: "completed", errorMessage: null, attempts: 1 });
      const [project] = await db.select().from(projects).where(eq(projects.slug, options.slug));
      expect(project).toMatchObject({ id: job.projectId, schemaName: options.schemaName, name: options.name });
      await expectSame(options.schemaName);
      const owners = await adminSql()`
      select distinct c.relowner::regrole::text as owner from pg_class c where relnamespace = ${quoteIdent(options.schemaName)}::regnamespace`;
      expect(owners).toEqual([{ owner: tenant.connection.user }]);
      expect(await rolesAndSchemasOf(job.id)).toEqual([]);
      expect(await db.select().from(dumps).where(eq(dumps.id, options.dumpId))).toEqual([]);
      expect(existsSync(dumpPath(options.dumpId))).toBe(false);
    },
  );

  it("is opened with a key that Coffer keeps, and with no other", async () => {
    const [kept, foreign] = [await addKey({ keep: true }), await addKey()];
    const bytes = pack.zstd(await dumpOf(tenant));
    const sealed = async (recipient: string) =>
      Buffer.concat(await gather(encryptAge(once(bytes), { recipients: [recipient] })));
    const { job } = await imported(await sealed(kept.recipient), { schemaName: "copy sealed", allowFunctions: true });
    expect(job).toMatchObject({ status: "completed", errorMessage: null });
    await expectSame("copy sealed");
    const refused = await imported(await sealed(foreign.recipient));
    expect(refused.job).toMatchObject({ status: "failed", errorCode: "wrong_key" });
  });

  it("of the schema public comes into a database that has its own", async () => {
    const url = await emptyDatabase();
    await sessions(url).unsafe("create table public.a (id int); insert into public.a values (1), (2)");
    const { job, options } = await imported(await dumpOf({ url, schema: "public" }));
    expect(job).toMatchObject({ status: "completed", errorMessage: null, rowsDone: 2 });
    expect((await contentsOf(tenant.url, options.schemaName)).tables.a).toMatch(/^2 /);
    expect((await contentsOf(tenant.url, "public")).tables.a).toBeUndefined();
  });

  it("with INSERT statements becomes the same", async () => {
    const bytes = await dumpOf(tenant, "plain", ["--inserts", "--rows-per-insert=50"]);
    const { job, options } = await imported(bytes, { schemaName: "copy inserts", allowFunctions: true });
    expect(job).toMatchObject({ status: "completed", errorMessage: null });
    await expectSame(options.schemaName);
  });
});
