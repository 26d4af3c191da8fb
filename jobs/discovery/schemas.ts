import type postgres from "postgres";

export type FoundSchema = { name: string; tables: number; bytes: number };

/** Schemas that hold tables or are empty, those of PostgreSQL itself and of Coffer left out. */
export async function schemasIn(tenant: postgres.Sql): Promise<FoundSchema[]> {
  // To ask for the size of a table waits for whoever has locked it.
  await tenant.unsafe("set statement_timeout = '30s'");
  return [
    ...(await tenant<FoundSchema[]>`
      select n.nspname as name, count(c.oid)::int as tables, coalesce(sum(pg_table_size(c.oid)), 0)::float8 as bytes
      from pg_namespace n left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
      where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'control_plane', 'graphile_worker', 'drizzle')
        and n.nspname !~ '^pg_(toast_)?temp_' and n.nspname !~ '^coffer_(new|old|undone|door|stage)_[0-9a-f]{32}'
      group by n.nspname order by n.nspname`),
  ];
}
