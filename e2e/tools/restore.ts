import path from "node:path";
import type postgres from "postgres";
import { operatorFolders } from "@/bin/install-postgres";
import { mustRun } from "@/bin/run";
import { type Coffer, connect } from "@/e2e/tools/coffer";
import { unique } from "@/e2e/tools/people";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { toolFor } from "@/jobs/postgres/tools";

/** What a person has who knows nothing of Coffer: the usual programs, and a role that may write to one database. */
export type Shell = (command: string, folder: string) => Promise<string>;

export async function stockShell({ addressOf }: Coffer): Promise<Shell> {
  const choice = await toolFor("pg_restore", 0, { extraFolders: operatorFolders() });
  if ("missing" in choice) throw new Error(choice.missing);
  const { hostname, port, username, password } = addressOf("tenants", "tenants");
  const env = {
    PATH: [path.dirname(choice.path), process.env.PATH].join(path.delimiter),
    LC_ALL: "C.UTF-8",
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: password,
  };
  return (command, folder) => mustRun("/bin/sh", ["-c", command], { cwd: folder, env });
}

/** An empty database with nothing but the schema that tenants lean on. Gives its name. */
export async function makeEmptyDatabase({ tenants, dataDir }: Coffer, shell: Shell): Promise<string> {
  const name = `empty_${unique()}`;
  await tenants.unsafe(`create database ${name} owner coffer_tenants template template0`);
  await shell(`pg_dump -n shared -d tenants | psql -q -1 -v ON_ERROR_STOP=1 -d ${name}`, dataDir);
  return name;
}

/** A database like that one. */
export async function copyDatabase({ tenants }: Coffer, template: string): Promise<string> {
  const name = `restored_${unique()}`;
  await tenants.unsafe(`create database ${name} owner coffer_tenants template ${template}`);
  return name;
}

type Facts = { schemas: string[]; tables: object[]; sequences: object[]; definitions: string };

/** All there is to know about a schema: every row, every sequence, every definition. */
export async function factsOf(coffer: Coffer, shell: Shell, at: { database: string; schema: string }): Promise<Facts> {
  const sql = connect(coffer.addressOf(at.database));
  try {
    const schemas = await sql<{ name: string }[]>`
      select nspname as name from pg_namespace where nspname !~ '^(pg_|information_schema)' order by 1`;
    const sequences = await sql`
      select sequencename, start_value, increment_by, last_value from pg_sequences where schemaname = ${at.schema} order by 1`;
    const pattern = quoteIdent(at.schema).replaceAll("'", "'\\''");
    const dump = `pg_dump --schema-only --no-owner --no-privileges -n '${pattern}' -d ${at.database}`;
    return {
      schemas: schemas.map(({ name }) => name),
      tables: await tablesOf(sql, at.schema),
      sequences: [...sequences],
      definitions: withoutNoise(await shell(dump, coffer.dataDir)),
    };
  } finally {
    await sql.end();
  }
}

async function tablesOf(sql: postgres.Sql, schema: string): Promise<object[]> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where nspname = ${schema} and relkind in ('r', 'm', 'v') order by 1`;
  const found: object[] = [];
  for (const { name } of tables) {
    const [row] = await sql.unsafe(`
      select count(*)::int as rows, md5(string_agg(md5(t::text), '' order by md5(t::text))) as md5
      from ${quoteIdent(schema)}.${quoteIdent(name)} t`);
    found.push({ name, ...row });
  }
  return found;
}

/** Some versions write a line with a random key, which differs from dump to dump. */
const withoutNoise = (dump: string) =>
  dump
    .split("\n")
    .filter((line) => !/^\\(un)?restrict /.test(line))
    .join("\n");
