import type postgres from "postgres";
import { inTime } from "@/jobs/postgres/in-time";

export type FoundSchema = { name: string; tables: number; bytes: number };

/** In seconds. The server ends a statement after the first; where it says nothing at all, the wait ends after the second. */
const limits = { statement: 30, answer: 60 };

/** Schemas that hold tables or are empty, those of PostgreSQL itself and of Coffer left out. Fails when that takes more than a minute. */
export const schemasIn = (tenant: postgres.Sql): Promise<FoundSchema[]> => inTime(read(tenant), limits.answer);

async function read(tenant: postgres.Sql): Promise<FoundSchema[]> {
  // To ask for the size of a table waits for whoever has locked it.
  await tenant.unsafe(`set statement_timeout = '${limits.statement}s'`);
  return [
    ...(await tenant<FoundSchema[]>`
      select n.nspname as name, count(c.oid)::int as tables, coalesce(sum(pg_table_size(c.oid)), 0)::float8 as bytes
      from pg_namespace n left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
      where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'control_plane', 'graphile_worker', 'drizzle')
        and n.nspname !~ '^pg_(toast_)?temp_' and n.nspname !~ '^coffer_(new|old|undone|door|stage)_[0-9a-f]{32}'
      group by n.nspname order by n.nspname`),
  ];
}
