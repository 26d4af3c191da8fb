import { beforeAll, expect } from "vitest";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, api, call, type Person } from "@/server/testing/api";

type Given = {
  tenant: Tenant;
  /** May export it. */
  ada: Person;
  /** Is a member of it, and no more. */
  viewer: Person;
  stranger: Person;
};

const given = {} as Given;

/** A tenant whose tables have odd names, keys and numbers, and one of them more than fits in an answer; and people. */
export function givenDataExports(): Given {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 0 });
    given.tenant = tenant;
    await tenant.sql.unsafe(`
      create table ${tenant.schema}.clients (id bigint primary key, name text, balance numeric);
      create table ${tenant.schema}.charts (client bigint references ${tenant.schema}.clients, n int, primary key (client, n));
      create table ${tenant.schema}."full" (id int primary key, a text);
      create table ${tenant.schema}."tables" (id int primary key);
      create table ${tenant.schema}."a, b" (id int primary key);
      create table ${tenant.schema}.large as select i as id, repeat('x', 1000) as body from generate_series(1, 60000) i;
      insert into ${tenant.schema}.clients values (1, 'Ü', 12345678901234567890.10), (2, '', null), (9007199254740993, null, 0.10);
      insert into ${tenant.schema}.charts values (1, 1), (1, 2), (2, 1);
      insert into ${tenant.schema}."full" values (1, 'x'); insert into ${tenant.schema}."tables" values (7); insert into ${tenant.schema}."a, b" values (8)`);
    given.ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
    given.viewer = await addPerson({ permissions: { [tenant.projectId]: [] } });
    given.stranger = await addPerson();
  });
  return given;
}

type Exported = Record<string, unknown> & { data: unknown; download_url: string };

export async function exported(path: string, fields: object = {}, status = 200): Promise<Exported> {
  const body = { project_id: given.tenant.slug, ...fields };
  const reply = await call(`POST /api/v1/export/${path}`, { as: given.ada, body });
  expect(reply).toMatchObject({ status });
  return reply.body as Exported;
}

export async function download(path: string, as = given.ada): Promise<{ response: Response; bytes: Buffer }> {
  const response = await fetch(api.url + path, { headers: { Authorization: `Bearer ${as.jwt}` } });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}
