import { expect, it } from "vitest";
import { connectTenant } from "@/jobs/postgres/connection";
import { readInventory } from "@/jobs/postgres/inventory";
import { createScratch, dropScratch, scratchName } from "@/jobs/scratch/database";
import { recreateOutside } from "@/jobs/scratch/outside";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { emptyDatabase } from "@/jobs/testing/restore";
import { adminUrlOf, connectionOf, sessions } from "@/jobs/testing/tenant";

givenControlPlane();

const shared = `
  create schema "Shared ""x"""; set search_path = "Shared ""x""";
  create type mood as enum ('sad', 'it''s "ok"'); create type pair as (a mood, b text[]);
  create function is_fine(text) returns boolean language sql immutable as 'select length($1) > 1';
  create domain fine as text collate "C" not null check (is_fine(value)) check (value <> 'no');
  create type span as range (subtype = float8);
  create table countries (code text, region text, kind mood, note text default 'x', unique (code, region));
  create table by_index (id int, extra pair); create unique index on by_index (id);
  insert into countries values ('DE', 'BY', 'sad'), ('DE', 'BE', null); insert into by_index values (7, row('sad', '{x}')::pair);
  create sequence numbers; create view report as select code, kind from countries;
  create function latest() returns setof countries language sql as 'select * from "Shared ""x""".countries';
  create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
  create table unrelated (id int);`;

const tenant = `
  create schema tenant; set search_path = tenant;
  create table t (
    id int default nextval('"Shared ""x""".numbers'), mood "Shared ""x""".mood, moods "Shared ""x""".mood[], pair "Shared ""x""".pair,
    name "Shared ""x""".fine, span "Shared ""x""".span, spans "Shared ""x""".span_multirange, kind ext.citext, code text, region text, other int references "Shared ""x""".by_index (id),
    whole "Shared ""x""".report, foreign key (code, region) references "Shared ""x""".countries (code, region));
  create trigger touched before insert on t for each row execute function "Shared ""x""".touch();
  create view v as select * from "Shared ""x""".latest();`;

const definition = `select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) as columns
  from pg_attribute where attrelid = 'tenant.t'::regclass and attnum > 0`;

it("what a schema needs from others is made again, in whatever order it needs itself, and nothing else", async () => {
  const url = await emptyDatabase();
  const admin = sessions(adminUrlOf(url));
  await admin.unsafe("create schema ext; create extension citext schema ext; grant usage on schema ext to public");
  const live = sessions(url);
  await live.begin((tx) => tx.unsafe(shared));
  await live.begin((tx) => tx.unsafe(tenant));
  const connection = connectionOf(url);
  const name = scratchName("00000000-0000-4000-8000-000000000001", 1);
  const scratch = connectTenant(await createScratch(connection, name, "test:scratch"), "test:scratch");
  try {
    const needs = await live.begin((tx) => readInventory(tx as unknown as typeof live, "tenant"));
    expect(await recreateOutside({ live, scratch }, "tenant", needs)).toEqual([]);
    await scratch.begin((tx) => tx.unsafe(tenant));
    await scratch`insert into tenant.t (name, code, region, other) values ('abc', 'DE', 'BY', 7)`;
    await expect(scratch`insert into tenant.t (name) values ('no')`).rejects.toThrow("violates check constraint");
    await expect(scratch`insert into tenant.t (name, other) values ('abc', 8)`).rejects.toThrow("foreign key");
    expect([...(await scratch.unsafe(definition))]).toEqual([...(await live.unsafe(definition))]);
    const [more] = await scratch`select to_regclass('"Shared ""x""".unrelated') as found`;
    expect(more?.found).toBeNull();
  } finally {
    await scratch.end({ timeout: 1 });
    await dropScratch(connection, [name]);
  }
});

it("what cannot be made is named, with the reason", async () => {
  const url = await emptyDatabase();
  const live = sessions(url);
  await live.unsafe("create schema odd; create table odd.secret (id int primary key); create schema tenant");
  await live.unsafe("create table tenant.t (id int references odd.secret)");
  await sessions(adminUrlOf(url)).unsafe("alter table odd.secret owner to current_user");
  const connection = connectionOf(url);
  const name = scratchName("00000000-0000-4000-8000-000000000002", 1);
  const scratch = connectTenant(await createScratch(connection, name, "test:scratch"), "test:scratch");
  try {
    const extensions = [{ name: "no_such_thing", version: "1.0", schema: "public" }];
    const outsideDependencies = [{ kind: "type", name: "x", schema: "public", extension: "no_such_thing" }];
    const missing = await recreateOutside({ live, scratch }, "tenant", { extensions, outsideDependencies });
    expect(missing).toEqual([
      { name: "extension no_such_thing", reason: expect.stringMatching(/no_such_thing/) },
      { name: "rows of odd.secret", reason: expect.stringMatching(/permission denied/) },
    ]);
  } finally {
    await scratch.end({ timeout: 1 });
    await dropScratch(connection, [name]);
  }
});
