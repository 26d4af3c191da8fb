import type postgres from "postgres";
import { acme } from "./acme";
import { globex } from "./globex";
import { lunaria } from "./lunaria";
import { quoteIdent } from "./quote";
import { createShared, dropShared, sharedSchema } from "./shared";
import { spaeti } from "./spaeti";
import type { DemoTenant } from "./tenant";

const tenants = [acme, globex, lunaria, spaeti];

/** Four tenants to try Coffer on: a shop of 50 MB, a carrier of 300 MB, a small practice and one with awkward names. */
export const demoTenants: readonly { slug: string; name: string; schema: string }[] = tenants.map(
  ({ slug, name, schema }) => ({ slug, name, schema }),
);

type Options = {
  /** Drop and remake what is there. */
  reset?: boolean;
  /** The slugs of those to make; all without it. */
  only?: readonly string[];
  /** Called with the name of each tenant that is going to be made. */
  onTenant?: (name: string) => void;
};

/**
 * Makes the demo tenants in the database that `sql` is connected to; the role it is connected as owns them. A tenant
 * that is there already is left alone, unless `reset`. Each is made in one transaction: it is there whole or not at all.
 */
export async function createDemoTenants(sql: postgres.Sql, options: Options = {}): Promise<void> {
  if (options.reset) await sql.begin(dropAll);
  await sql.begin(async (tx) => {
    await prepare(tx);
    if (!(await exists(tx, sharedSchema))) await tx.unsafe(createShared);
  });
  for (const tenant of tenants) {
    if (options.only && !options.only.includes(tenant.slug)) continue;
    await sql.begin(async (tx) => {
      await prepare(tx);
      if (await exists(tx, tenant.schema)) return;
      options.onTenant?.(tenant.name);
      await createTenant(tx, tenant);
    });
  }
}

/** The settings of a database or role do not change what is made, and two runs at once take turns. */
async function prepare(tx: postgres.TransactionSql) {
  await tx.unsafe(`
    set local client_min_messages = warning;
    set local timezone = 'UTC';
    set local datestyle = 'ISO, YMD';
    set local standard_conforming_strings = on;
    set local statement_timeout = 0;
    set local work_mem = '64MB';
    set local maintenance_work_mem = '128MB';
    set local jit = off`);
  await tx`select pg_advisory_xact_lock(hashtext('coffer demo tenants'))`;
}

async function exists(tx: postgres.TransactionSql, schema: string) {
  const found = await tx`select 1 from pg_namespace where nspname = ${schema}`;
  return found.length > 0;
}

async function createTenant(tx: postgres.TransactionSql, { schema, script }: DemoTenant) {
  await tx.unsafe(`create schema ${quoteIdent(schema)}`);
  await tx.unsafe(`set local search_path = ${quoteIdent(schema)}`);
  for (const statements of script) await tx.unsafe(statements);
  // Row estimates and sizes are right from the first look on, not only once autovacuum has come by.
  const tables = await tx<{ relname: string }[]>`
    select relname from pg_class where relnamespace = ${quoteIdent(schema)}::regnamespace and relkind in ('r', 'p', 'm')`;
  await tx.unsafe(`analyze ${tables.map((table) => quoteIdent(table.relname)).join(", ")}`);
}

async function dropAll(tx: postgres.TransactionSql) {
  await prepare(tx);
  for (const { schema } of tenants) await tx.unsafe(`drop schema if exists ${quoteIdent(schema)} cascade`);
  await dropSharedUnlessNeeded(tx);
}

/** A clone of a tenant leans on the shared schema as well; then that stays, for it would be remade just the same. */
async function dropSharedUnlessNeeded(tx: postgres.TransactionSql) {
  try {
    await tx.savepoint((inner) => inner.unsafe(dropShared));
  } catch (error) {
    const stillNeeded = "2BP01";
    if (!(error instanceof Error && "code" in error && error.code === stillNeeded)) throw error;
  }
}
