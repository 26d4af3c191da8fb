import type { Api, Coffer } from "@/e2e/tools/coffer";
import type { Subject } from "@/e2e/tools/exports";
import { unique } from "@/e2e/tools/people";

export type Tenant = Subject & { schema: string };

type Wish = {
  tables: string[];
  megabytesEach: number;
  /** Letters, digits and _. */
  schema?: string;
};

/** A project of this test alone, with these tables in a schema of its own. */
export async function addTenant(coffer: Coffer, api: Api, wish: Wish & { name?: string }): Promise<Tenant> {
  const schema = await makeSchema(coffer, wish);
  const databases = await api.database.list.query();
  const own = databases.find(({ name }) => name === "Built-in PostgreSQL");
  if (!own) throw new Error("there is no database");
  return addProject(api, { databaseId: own.id, schema, name: wish.name });
}

/** A schema that belongs to the role which owns all tenants. Gives its name. */
export async function makeSchema({ tenants }: Coffer, wish: Wish): Promise<string> {
  const { tables, megabytesEach, schema = `tenant_${unique()}` } = wish;
  await tenants.begin(async (tx) => {
    await tx.unsafe("set local role coffer_tenants");
    await tx.unsafe(`create schema ${schema}`);
    for (const table of tables) {
      await tx.unsafe(`create table ${schema}.${table} (id int primary key, body text not null)`);
      // 1000 bytes a row, and as many as it takes.
      await tx.unsafe(`insert into ${schema}.${table}
        select i, left(repeat(md5(i::text), 32), 993) from generate_series(1, ${megabytesEach * 1000}) i`);
    }
  });
  return schema;
}

type NewProject = { databaseId: string; schema: string; name?: string };

export async function addProject(api: Api, { databaseId, schema, name }: NewProject): Promise<Tenant> {
  const slug = `project-${unique()}`;
  const tenant = { slug, name: name ?? `Project ${slug.slice(-8)}`, schema };
  await api.project.add.mutate({ databaseId, projects: [{ schemaName: schema, slug, name: tenant.name }] });
  return tenant;
}
