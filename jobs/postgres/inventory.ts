import type postgres from "postgres";
import { failed } from "@/jobs/lifecycle/failure";
import { objectsOf } from "@/jobs/postgres/schema-objects";
import { type SequenceValue, sequenceValues } from "@/jobs/postgres/sequence";

export type TableInfo = {
  oid: number;
  name: string;
  kind: "table" | "partitioned table" | "materialized view" | "foreign table";
  /** Whether pg_dump writes rows for it. */
  hasData: boolean;
  /** Heap and TOAST, without indexes. */
  bytesOnDisk: number;
  /** The planner's guess; null when never analyzed. */
  rowEstimate: number | null;
};

export type Extension = { name: string; version: string; schema: string };
export type OutsideDependency = { kind: string; name: string; schema: string; extension: string | null };

/** What a schema holds, as one session sees it. */
export type Inventory = {
  schemaOid: number;
  tables: TableInfo[];
  sequences: SequenceValue[];
  extensions: Extension[];
  outsideDependencies: OutsideDependency[];
  /** Changes when a column, type or constraint does: two backups with the same one have the same structure. */
  schemaVersion: string;
};

/** Reads the inventory in the session's transaction. The schema has to be there. */
export async function readInventory(session: postgres.Sql, schema: string): Promise<Inventory> {
  const [namespace] = await session<{ oid: number }[]>`
    select oid::int8::float8 as oid from pg_namespace where nspname = ${schema}`;
  if (!namespace) throw failed({ code: "schema_gone", message: `The schema ${schema} does not exist any more.` });
  const oid = namespace.oid;
  return {
    schemaOid: oid,
    tables: await readTables(session, oid),
    sequences: await sequenceValues(session, schema),
    extensions: await readExtensions(session),
    outsideDependencies: await readOutsideDependencies(session, oid),
    schemaVersion: await readSchemaVersion(session, oid),
  };
}

/** Sorted as pg_dump sorts them: by name, byte by byte. */
async function readTables(session: postgres.Sql, schema: number) {
  return [
    ...(await session<TableInfo[]>`
    select c.oid::int8::float8 as oid, c.relname as name,
      case c.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'm' then 'materialized view' else 'foreign table' end as kind,
      c.relkind = 'r' as "hasData",
      case when c.relkind in ('r', 'm') then coalesce(pg_table_size(c.oid), 0) else 0 end::float8 as "bytesOnDisk",
      case when c.reltuples >= 0 then c.reltuples::float8 end as "rowEstimate"
    from pg_class c
    where c.relnamespace = ${schema} and c.relkind in ('r', 'p', 'm', 'f')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.relname collate "C"`),
  ];
}

async function readExtensions(session: postgres.Sql) {
  return [
    ...(await session<Extension[]>`
    select e.extname as name, e.extversion as version, n.nspname as schema
    from pg_extension e join pg_namespace n on n.oid = e.extnamespace order by 1`),
  ];
}

const outsideDependencies = `
  with ${objectsOf("$1::oid")}, needed as (
    select distinct d.refclassid, d.refobjid from pg_depend d join mine on mine.classid = d.classid and mine.objid = d.objid
    where d.refclassid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass, 'pg_collation'::regclass,
      'pg_opclass'::regclass, 'pg_ts_config'::regclass)
  )
  select o.type as kind, coalesce(o.name, o.identity) as name, o.schema, x.extname as extension
  from needed
  cross join lateral pg_identify_object(needed.refclassid, needed.refobjid, 0) o
  left join pg_depend e on e.classid = needed.refclassid and e.objid = needed.refobjid and e.deptype = 'e'
  left join pg_extension x on x.oid = e.refobjid
  where o.schema is not null and o.type not in ('index', 'composite type') and o.schema not in ('pg_catalog', 'information_schema', 'pg_toast')
    and o.schema <> (select quote_ident(nspname) from pg_namespace where oid = $1)
  order by o.schema, o.type, 2`;

/** What this schema's objects need that a dump of the schema alone does not carry: `pg_dump -n` leaves it out without a word. */
export async function readOutsideDependencies(session: postgres.Sql, schema: number): Promise<OutsideDependency[]> {
  return [...(await session.unsafe<OutsideDependency[]>(outsideDependencies, [schema], { prepare: true }))];
}

async function readSchemaVersion(session: postgres.Sql, schema: number): Promise<string> {
  const [row] = await session<{ version: string }[]>`
    select left(md5(coalesce(string_agg(line, E'\n' order by line collate "C"), '')), 12) as version from (
      select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull::text || a.attgenerated::text || a.attidentity::text as line
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where c.relnamespace = ${schema} and c.relkind in ('r', 'p', 'm', 'v', 'f') and a.attnum > 0 and not a.attisdropped
      union all
      select c.relname || ' ' || t.conname || ' ' || t.contype::text || array_to_string(t.conkey, ',')
      from pg_constraint t join pg_class c on c.oid = t.conrelid where c.relnamespace = ${schema}
    ) lines`;
  return row?.version ?? "";
}
