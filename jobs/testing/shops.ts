import { beforeAll } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

/** Where the rows of a file go that does not say so itself. */
export const visits = { table: "visits" };
export const shops = { table: "shops" };

const given = {} as { tenant: Tenant };

/** A tenant with rules of every kind that rows of a file can break, for all tests of a file. */
export function givenShops(): { tenant: Tenant } {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 0 });
    given.tenant = tenant;
    await tenant.sql.unsafe(`
      set search_path = ${quoteIdent(tenant.schema)};
      create type mood as enum ('sad', 'happy'); create domain positive as int check (value > 0);
      create table shops (id int primary key, name text not null, code varchar(3) unique, row text default 'r');
      create table visits (id int generated always as identity primary key, shop int not null references shops, at date not null, mood mood, n positive,
        twice int generated always as (shop * 2) stored, check (at >= '2000-01-01'), unique (shop, at));
      create table notes (visit int primary key references visits on delete cascade, note text);
      create table logs (id int, at date not null, primary key (id, at)) partition by range (at);
      create table logs_2026 partition of logs for values from ('2026-01-01') to ('2027-01-01');
      create table loose (a int, b text);
      insert into shops values (1, 'one', 'a'), (2, 'two', 'b');
      insert into visits (shop, at) values (1, '2026-01-01'), (2, '2026-01-02');
      insert into notes values (1, 'x'); reset search_path`);
  });
  return given;
}
