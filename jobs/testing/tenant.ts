import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll } from "vitest";
import { db } from "@/db/client";
import { type Connection, databases, projects } from "@/db/schema";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { testEnv } from "@/jobs/testing/env";

export type Schema = {
  schema: string;
  /** Its database, for its owner. */
  url: string;
  connection: Connection;
  /** Sessions of its owner. */
  sql: postgres.Sql;
};

export type Tenant = Schema & { projectId: string; slug: string };

const clients = new Map<string, postgres.Sql>();
afterAll(async () => {
  for (const client of clients.values()) await client.end({ timeout: 5 });
});

/** A pool of sessions, one per address, closed after the last test of the file. */
export function sessions(url: string): postgres.Sql {
  const known =
    clients.get(url) ??
    postgres(url, {
      max: 12,
      onnotice: () => {},
      fetch_types: false,
    });
  clients.set(url, known);
  return known;
}

export const tenantSql = () => sessions(testEnv.tenantUrl);
/** A superuser in the tenants' database. */
export const adminSql = () => sessions(adminUrlOf(testEnv.tenantUrl));

export function adminUrlOf(url: string): string {
  const admin = new URL(testEnv.adminUrl);
  admin.pathname = new URL(url).pathname;
  return admin.href;
}

/** The address as Coffer keeps it. */
export function connectionOf(url: string): Connection {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ssl: "disable",
  };
}

export const unique = () => randomBytes(5).toString("hex");

type SchemaOptions = {
  schema?: string;
  /** How many tables `t1`, `t2`, … it gets. */
  tables?: number;
  /** In each of them. */
  rows?: number;
  rowBytes?: number;
  /** In `t1` instead of `rows`. */
  firstRows?: number;
  /** The address of its database. */
  url?: string;
};

/**
 * A schema whose first table is larger than all buffers between PostgreSQL and a reader that holds still: 30 MB. A dump of
 * it that is held is held in the middle of that table.
 */
export const large: SchemaOptions = { firstRows: 20_000, rowBytes: 1_500 };

/** The same for a dump that comes by way of a proxy, whose sockets hold as much again: 120 MB. */
export const largeBehindProxy: SchemaOptions = { ...large, firstRows: 80_000 };

/** A schema with some tables. */
export async function makeSchema(options: SchemaOptions = {}): Promise<Schema> {
  const { schema = `tenant_${unique()}`, tables = 3, rows = 100, rowBytes = 64, url = testEnv.tenantUrl } = options;
  const sql = sessions(url);
  const quoted = quoteIdent(schema);
  await sql.unsafe(`create schema if not exists ${quoted}`);
  const body = `left(repeat(md5(i::text), ${Math.ceil(rowBytes / 32)}), ${rowBytes})`;
  for (let n = 1; n <= tables; n++) {
    await sql.unsafe(`create table ${quoted}.t${n} (id int primary key, body text not null)`);
    await sql.unsafe(
      `insert into ${quoted}.t${n} select i, ${body} from generate_series(1, ${n === 1 ? (options.firstRows ?? rows) : rows}) i`,
    );
  }
  return { schema, url, connection: connectionOf(url), sql };
}

/** A schema with some tables, and the project for it. */
export async function makeTenant(options: SchemaOptions = {}): Promise<Tenant> {
  return registerTenant(await makeSchema(options));
}

/** The project for a schema, whether that is there or not. */
export async function registerTenant(tenant: Schema): Promise<Tenant> {
  const { schema, connection } = tenant;
  const name = `${connection.user}@${connection.host}:${connection.port}/${connection.database}`;
  const [database] = await db
    .insert(databases)
    // Tests of the line at a database set their own budget.
    .values({ name, connection, maxDumps: 100 })
    .onConflictDoUpdate({ target: databases.name, set: { connection } })
    .returning({ id: databases.id });
  if (!database) throw new Error("the database was not registered");
  const slug = `slug-${unique()}`;
  const [project] = await db
    .insert(projects)
    .values({ slug, name: slug, schemaName: schema, databaseId: database.id })
    .returning({ id: projects.id });
  if (!project) throw new Error("the project was not registered");
  return { ...tenant, projectId: project.id, slug };
}
