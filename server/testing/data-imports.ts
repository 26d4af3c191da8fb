import { beforeAll, beforeEach } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, api, type Person, type Reply } from "@/server/testing/api";

type Given = {
  tenant: Tenant;
  /** May import rows into it. */
  ada: Person;
  /** May not. */
  viewer: Person;
};

const given = {} as Given;

/** A tenant with tables of clients and charts, of which there is one client when a test begins, and people. */
export function givenClients(): Given {
  beforeAll(async () => {
    given.tenant = await makeTenant({ tables: 0 });
    given.ada = await addPerson({ permissions: { [given.tenant.projectId]: ["import", "export", "restore"] } });
    given.viewer = await addPerson({ permissions: { [given.tenant.projectId]: ["export"] } });
    await given.tenant.sql.unsafe(`
      create table ${tableOf("clients")} (id int primary key, name text not null, amount numeric);
      create table ${tableOf("charts")} (id int primary key, client int not null references ${tableOf("clients")})`);
  });
  beforeEach(async () => {
    await given.tenant.sql.unsafe(
      `truncate ${tableOf("clients")}, ${tableOf("charts")}; insert into ${tableOf("clients")} values (1, 'one', 1.10)`,
    );
  });
  return given;
}

/** The table's name, as SQL has it. */
export const tableOf = (table: string) => `${quoteIdent(given.tenant.schema)}.${table}`;

/** The clients that there are. */
export const clients = () => given.tenant.sql.unsafe(`select id, name, amount from ${tableOf("clients")} order by id`);

/** Sends a form with a file, as a person does. */
export async function send(path: string, fields: Record<string, string | Blob>, as = given.ada): Promise<Reply> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ project_id: given.tenant.slug, ...fields })) {
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, "clients.csv");
  }
  const response = await fetch(api.url + path, {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${as.jwt}` },
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export const csv = "id,name,amount\n1,uno,12345678901234567890.10\n2,two,\n";
export const file = (text: string | Buffer = csv) => new Blob([new Uint8Array(Buffer.from(text))]);
