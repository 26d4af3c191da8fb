import type postgres from "postgres";
import { z } from "zod";
import type { Manifest } from "@/jobs/archive/manifest";
import { canonicalSettings, fingerprintTables, type Tables } from "@/jobs/postgres/fingerprint";
import { qualified } from "@/jobs/postgres/identifier";
import { type SequenceValue, sequenceValues } from "@/jobs/postgres/sequence";
import { compareTables, type TableRows, tableProof } from "@/jobs/verify-backup/compare";

/** A sequence as it was in the snapshot, and as it came back. */
export const sequenceProof = z.object({
  name: z.string(),
  verdict: z.enum(["equal", "differs", "missing"]),
  expected: z.string(),
  found: z.string().nullable(),
});

/** What a restored schema is, beside what the manifest says that it was in the dump's own snapshot. */
const proof = z.object({ tables: z.array(tableProof), sequences: z.array(sequenceProof), isProven: z.boolean() });

/** What became of a restore: compared with the manifest, or why it could not be done, and what it had to do without. */
export const restoredSchema = z.object({
  proof: proof.nullable(),
  complaint: z.string().nullable(),
  missing: z.array(z.object({ name: z.string(), reason: z.string() })),
});

export type SequenceProof = z.infer<typeof sequenceProof>;
export type Proof = z.infer<typeof proof>;
export type Restored = z.infer<typeof restoredSchema>;

const batch = 50;

/** Reads every table of the restored schema once, and compares. `sql` is a client of the database it was restored into. */
export async function prove(
  sql: postgres.Sql,
  manifest: Pick<Manifest, "project" | "tables" | "sequences">,
): Promise<Proof> {
  const { schema } = manifest.project;
  // The catalog has only just been filled, and the planner takes it for nearly empty: each question about 50 tables would
  // read all of it.
  await sql.unsafe("analyze pg_catalog.pg_class, pg_catalog.pg_attribute, pg_catalog.pg_type, pg_catalog.pg_depend");
  const expected = manifest.tables.flatMap(({ name, rows, fingerprint }) =>
    rows === null ? [] : [{ name, rows, fingerprint }],
  );
  const printed = new Set(expected.filter(({ fingerprint }) => fingerprint !== null).map(({ name }) => name));
  const present = await tablesOf(sql, schema);
  const tables = compareTables(expected, [
    ...(await countTables(sql, { schema, tables: present.filter((name) => !printed.has(name)) })),
    ...(await printTables(sql, { schema, tables: present.filter((name) => printed.has(name)) })),
  ]);
  const sequences = proveSequences(manifest.sequences, await sequenceValues(sql, schema));
  const isProven =
    tables.every(({ verdict }) => verdict === "equal" || verdict === "rows equal") &&
    sequences.every(({ verdict }) => verdict === "equal");
  return { tables, sequences, isProven };
}

/** Those that hold rows of their own. */
async function tablesOf(sql: postgres.Sql, schema: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'r' order by c.relname collate "C"`;
  return rows.map(({ name }) => name);
}

/** Some in a transaction: it keeps a lock for each table and index that it reads until it ends. */
async function printTables(sql: postgres.Sql, { schema, tables }: Tables): Promise<TableRows[]> {
  const found: TableRows[] = [];
  for (let i = 0; i < tables.length; i += batch) {
    const some = { schema, tables: tables.slice(i, i + batch) };
    await sql.begin(async (tx) => {
      await canonicalSettings(tx, schema);
      await fingerprintTables(tx, some, (name, print) => found.push({ name, ...print }));
    });
  }
  return found;
}

async function countTables(sql: postgres.Sql, { schema, tables }: Tables): Promise<TableRows[]> {
  const found: TableRows[] = [];
  for (let i = 0; i < tables.length; i += batch) {
    const some = tables.slice(i, i + batch);
    const parts = some.map(
      (name, n) => `select ${n} as n, count(*)::float8 as rows from only ${qualified(schema, name)}`,
    );
    for (const { n, rows } of await sql.unsafe<{ n: number; rows: number }[]>(parts.join(" union all ")))
      found.push({ name: some[n] ?? "", rows, fingerprint: null });
  }
  return found;
}

/** One that moved on while the dump ran may stand anywhere between where it was before and after. */
export function proveSequences(expected: Manifest["sequences"], found: SequenceValue[]): SequenceProof[] {
  const values = new Map(found.map((sequence) => [sequence.name, sequence]));
  return expected.map(({ name, lastValue, isCalled, movedTo }) => {
    const value = values.get(name);
    const said = movedTo === null ? standing(lastValue, isCalled) : `${standing(lastValue, isCalled)} to ${movedTo}`;
    if (!value) return { name, verdict: "missing", expected: said, found: null };
    const is = standing(value.lastValue, value.isCalled);
    const isEqual = movedTo === null ? is === said : isBetween(value.lastValue, lastValue, movedTo);
    return { name, verdict: isEqual ? "equal" : "differs", expected: said, found: is };
  });
}

const standing = (value: string | null, isCalled: boolean) =>
  value === null ? "not used yet" : `${value}${isCalled ? "" : ", not used yet"}`;

function isBetween(value: string, from: string | null, to: string): boolean {
  const [low, high] = [BigInt(from ?? to), BigInt(to)].sort((a, b) => (a < b ? -1 : 1));
  return low !== undefined && high !== undefined && low <= BigInt(value) && BigInt(value) <= high;
}
