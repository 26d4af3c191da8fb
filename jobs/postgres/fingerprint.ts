import { createHash } from "node:crypto";
import type postgres from "postgres";
import { failed } from "@/jobs/lifecycle/failure";
import { qualified, quoteIdent } from "@/jobs/postgres/identifier";
import { type Relation, readRelations, rowText } from "@/jobs/postgres/row-text";

/** Of two tables with the same number of rows and the same fingerprint the rows are the same, in whatever order. */
export type Fingerprint = { rows: number; fingerprint: string };
export type Tables = { schema: string; tables: readonly string[] };

/** Stands before each fingerprint. Another way of making them gets another one. */
const method = "1:";
const batchSize = 50;
/** Any two numbers would do. A fingerprint can be compared only with those of the same two. */
const seeds = ["6088204125106523469", "-3335678366873096957"] as const;

/**
 * Makes values print the same on every server, until the transaction of `sql` ends. The search path is the schema itself, so
 * that the names of its own tables in a regclass print without it, and a clone under another name prints the same.
 */
export async function canonicalSettings(sql: postgres.ISql, schema: string): Promise<void> {
  await sql.unsafe(`
    set local row_security = off;
    set local search_path = ${quoteIdent(schema)};
    set local datestyle = 'ISO, YMD';
    set local timezone = 'UTC';
    set local intervalstyle = 'postgres';
    set local extra_float_digits = 3;
    set local bytea_output = 'hex';
    set local lc_monetary = 'C';
    set local quote_all_identifiers = off;
    set local jit = off`);
  await sql`select set_config('coffer.canonical', ${schema}, true)`;
}

/** The fingerprint of one table, partitioned table (over all of its partitions) or materialized view. */
export async function fingerprintTable(
  sql: postgres.ISql,
  { schema, table }: { schema: string; table: string },
): Promise<Fingerprint> {
  let found: Fingerprint | undefined;
  await fingerprintTables(sql, { schema, tables: [table] }, (_, fingerprint) => (found = fingerprint));
  if (!found) throw new Error("PostgreSQL gave no fingerprint");
  return found;
}

/**
 * Reads each table once, in batches; `seen` hears of each as it is known. Needs `canonicalSettings` in the same transaction.
 * Fails for a table of which row-level security hides rows.
 *
 * A row counts with two 64-bit hashes of its text; the table with their sums, which are exact: a row that is there twice
 * counts twice. Two tables that differ by accident have the same fingerprint with a probability of 2^-128. Somebody who
 * wants to can make two such tables, since the hash is no cryptographic one: this proves a backup, it does not sign it.
 * The hash is the one that PostgreSQL puts rows into hash partitions with, so it stays as it is between major versions; on
 * big-endian machines it is another one.
 */
export async function fingerprintTables(
  sql: postgres.ISql,
  { schema, tables }: Tables,
  seen: (table: string, fingerprint: Fingerprint) => void,
): Promise<void> {
  for (let i = 0; i < tables.length; i += batchSize) {
    const names = tables.slice(i, i + batchSize);
    const known = await readRelations(sql, { schema, tables: names });
    const relations = names.map((name) => known.get(name) ?? gone(name));
    const parts = relations.map((relation, n) => `select ${n} as n, sums.* from (${sumsOf(schema, relation)}) sums`);
    const answers = await sql.unsafe<(Sums & { n: number; canonical: string | null })[]>(`
      select answers.*, pg_catalog.current_setting('coffer.canonical', true) as canonical
      from (${parts.join("\nunion all ")}) answers`);
    for (const { n, canonical, ...sums } of answers) {
      // A session that was lost and opened again has forgotten them, and is in no snapshot any more.
      if (canonical !== schema) throw lost;
      const relation = relations[n];
      if (relation) seen(relation.name, { rows: Number(sums.rows), fingerprint: fingerprintOf(relation, sums) });
    }
  }
}

const lost = failed({
  code: "connection_lost",
  message: "The transaction that the fingerprints were to be taken in is not there any more.",
});

function gone(table: string): never {
  throw failed({ code: "schema_changed", message: `There is no table ${table} any more.` });
}

type Sums = { rows: string; first: string; second: string };

/** `offset 0` keeps PostgreSQL from making the text once for each hash. */
function sumsOf(schema: string, { name, kind, populated, columns }: Relation): string {
  const source = `${kind === "p" ? "" : "only "}${qualified(schema, name)}`;
  const from = populated ? `from ${source} offset 0` : "where false";
  const [first, second] = seeds.map((seed) => `pg_catalog.sum(pg_catalog.hashtextextended(t, ${seed}))::text`);
  return `select pg_catalog.count(*)::text as rows, ${first} as first, ${second} as second
    from (select ${rowText(populated ? columns : [])} collate pg_catalog."C" as t ${from}) texts`;
}

/** The names of the columns count as well: a value that moved to another column of the same sort order would not show. */
function fingerprintOf({ populated, columns }: Relation, { first, second }: Sums): string {
  const parts = [populated, columns.map(({ name }) => name), first, second];
  return method + createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
