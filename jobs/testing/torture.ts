import type postgres from "postgres";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

/** What a torture tenant needs from outside of its schema. */
const sharedStatements = `
  create type currency as enum ('EUR', 'USD');
  create table countries (code text primary key, name text not null);
  insert into countries values ('DE', 'Germany'), ('FR', 'France');
  create function norm(text) returns text language sql immutable as 'select lower(trim($1))';`;

const types = `
  create type mood as enum ('sad', 'so "so"', 'happy''s');
  create domain email as text constraint has_at check (value like '%@%');
  create type address as (street text, city text);
  create type float_range as range (subtype = float8);
  create collation german (provider = libc, locale = 'C');
  create function twice(int) returns int language sql immutable as 'select $1 * 2';
  create procedure nothing_much() language plpgsql as $$ begin null; end $$;
  create function touch() returns trigger language plpgsql as $$ begin new.touched = now(); return new; end $$;
  create aggregate add_up(int) (sfunc = int4pl, stype = int, initcond = '0');
  create sequence odd_numbers increment 2 start 1 maxvalue 99 cycle;
  select nextval('odd_numbers'), nextval('odd_numbers'), setval('odd_numbers', 17, false);
  create sequence never_used start 1000; create sequence huge; select setval('huge', 9223372036854775806);`;

const people = (shared: string) => `
  create table people (
    id bigint generated always as identity primary key, email email unique, home address, mood mood default 'sad',
    tags text[] default '{}', data jsonb, balance numeric(30, 10), born date, seen timestamptz, raw bytea, note text collate german,
    doubled int generated always as (twice(length(coalesce(note, '')))) stored, span float_range, touched timestamptz,
    boss bigint references people, favourite bigint, country text references ${shared}.countries, pays ${shared}.currency,
    check (${shared}.norm(country) <> ''));
  create table orders (id serial primary key, person bigint not null references people, during tsrange,
    exclude using gist (during with &&));
  insert into people (email, home, mood, tags, data, balance, born, seen, raw, note, span, country, pays)
    select i || '@example.org', ('Street ' || i, null::text)::address, (enum_range(null::mood))[1 + i % 3], array['a', null, 'c "d"', i::text],
      jsonb_build_object('n', i, 'deep', jsonb_build_array(1, null, 'x')), i * 12345678901234.5678901234, date '2000-01-01' + i,
      timestamptz '2020-01-01 00:00:00.123456+02' + i * interval '1 hour', decode(md5(i::text), 'hex'),
      case i % 5 when 0 then null when 1 then '' when 2 then E'tab\\there\\nand \\\\. there' when 3 then E'\\\\.' else repeat('ü🐘', i % 50) end,
      float_range(i, i + 0.5), (array['DE', 'FR', null])[1 + i % 3], 'EUR' from generate_series(1, 2000) i;
  insert into people (email, balance, born, seen) values ('odd@', 'NaN', '4000-02-01 BC', 'infinity'), ('inf@', 0, '-infinity', '0001-01-01 BC');
  insert into orders (person, during) select id, tsrange(ts, ts + interval '1 hour')
    from (select id, timestamp '2020-01-01' + id * interval '2 hours' as ts from people) p;
  alter table people add constraint likes foreign key (favourite) references orders deferrable initially deferred;
  update people set favourite = id, boss = nullif(id - 1, 0); set constraints all immediate;
  create trigger touched before update on people for each row execute function touch();
  create index on people (lower(email)) where mood = 'sad'; create index on people using gin (data);
  create statistics people_mood on mood, country from people;
  comment on table people is 'People''s "table"'; comment on column people.note is E'two\\nlines';`;

const others = `
  create table events (id int, at date not null, body text) partition by range (at);
  create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01') partition by list (id);
  create table events_2025_odd partition of events_2025 for values in (1, 3); create table events_2025_rest partition of events_2025 default;
  create table events_rest partition of events default; create index on events (id); alter table events add primary key (id, at);
  insert into events select i, date '2024-06-01' + i, 'event ' || i from generate_series(1, 900) i;
  create table base (id int primary key); create table child (extra text) inherits (base); insert into base values (1); insert into child values (2, 'x');
  create table hidden (id int, owner name default current_user); alter table hidden enable row level security;
  create policy mine on hidden using (owner = current_user); insert into hidden values (1), (2); insert into hidden values (3, 'somebody else');
  create table empty (id int primary key); create table nothing (); insert into nothing default values;
  create unlogged table unlogged (id int); insert into unlogged select generate_series(1, 10);
  create table large (body text); insert into large select string_agg(md5(i::text), '') from generate_series(1, 100000) i;
  create table "Odd. *?$(id) ""name""" ("select" int, "a""b" text, "ü\\x" text, "${"x".repeat(63)}" int);
  insert into "Odd. *?$(id) ""name""" values (1, 'a', 'b', 2); create table "${"t".repeat(63)}" (id int);
  create view everybody as select id, email from people; create view of_view as select count(*) from everybody;
  create materialized view moods as select mood, count(*) as n from people group by mood; create unique index on moods (mood);
  create materialized view unpopulated as select 1 as one with no data; create view on_moods as select * from moods;
  create rule no_delete as on delete to base do instead nothing;
  create text search configuration simple_words (copy = pg_catalog.simple);`;

export type TortureTenant = Tenant & { shared: string };

/** A tenant with everything that PostgreSQL has to offer, and the schema that it leans on. */
export async function tortureTenant(): Promise<TortureTenant> {
  const tenant = await makeTenant({ schema: `Torture "${unique()}"`, tables: 0 });
  const shared = `shared_${unique()}`;
  await makeShared(tenant.sql, shared);
  await within(tenant.sql, tenant.schema, types + people(shared) + others);
  return { ...tenant, shared };
}

export async function makeShared(sql: postgres.Sql, shared: string): Promise<void> {
  await sql.unsafe(`create schema ${shared}`);
  await within(sql, shared, sharedStatements);
}

async function within(sql: postgres.Sql, schema: string, statements: string) {
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${quoteIdent(schema)}`);
    await tx.unsafe(statements);
  });
}
