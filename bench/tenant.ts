import type postgres from "postgres";

/** Rows of the kind that real tenants have: text, jsonb, numeric, timestamps, some bytea. About 600 bytes each in a dump. */
const row = `i as id, md5(i::text) || repeat(md5((i * 7)::text), 2) as note,
  jsonb_build_object('sku', md5((i % 5000)::text), 'qty', i % 17, 'tags', jsonb_build_array('a', i % 100, md5((i % 300)::text)), 'text', repeat('lorem ipsum ', 8)) as doc,
  (i * 1.37)::numeric(14, 4) as amount, timestamptz '2024-01-01' + make_interval(secs => i) as at,
  'customer-' || i % 90000 || '@example.org' as email, decode(repeat(md5((i * 11)::text), 4), 'hex') as blob`;

/** A schema of eight tables of unequal size, about `megabytes` as plain SQL. */
export async function makeTenant(sql: postgres.Sql, slug: string, megabytes: number): Promise<void> {
  const schema = `tenant_${slug}`;
  const shares = [0.4, 0.25, 0.15, 0.1, 0.05, 0.03, 0.015, 0.005];
  await sql.unsafe(`create schema ${schema}`);
  for (const [n, share] of shares.entries()) {
    const rows = Math.max(1, Math.round((megabytes * 1e6 * share) / 600));
    await sql.unsafe(`create table ${schema}.part_${n} as select ${row} from generate_series(1, ${rows}) i`);
    await sql.unsafe(`alter table ${schema}.part_${n} add primary key (id)`);
  }
  for (const n of shares.keys()) await sql.unsafe(`vacuum analyze ${schema}.part_${n}`);
}
