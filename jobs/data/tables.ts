import type postgres from "postgres";

export type DataColumn = {
  name: string;
  /** As `format_type` writes it, e.g. `numeric(14,4)`; with its schema where that is not in the search path. */
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
  /** Computed from others: nobody may give it a value. */
  isGenerated: boolean;
  identity: "always" | "by default" | null;
};

/** A primary key, or a unique constraint or index without expressions and conditions, in the order of its columns. */
type DataKey = { name: string; columns: string[]; isPrimary: boolean };

export type DataTable = {
  name: string;
  isPartitioned: boolean;
  /** Its COMMENT. */
  description: string | null;
  /** The planner's guess; null when never analyzed. */
  rowEstimate: number | null;
  columns: DataColumn[];
  keys: DataKey[];
};

/** Between two tables of the schema. */
export type DataForeignKey = { name: string; table: string; columns: string[]; refTable: string; refColumns: string[] };

export type DataSchema = { tables: DataTable[]; foreignKeys: DataForeignKey[] };

/**
 * The tables of a schema that hold rows of its own, as its users see them: a partitioned table is one, and its partitions are
 * not listed. What belongs to an extension is left out. In the order of the names, byte by byte.
 */
export async function readDataSchema(session: postgres.ISql, schema: string): Promise<DataSchema> {
  const tables = await session<DataTable[]>`
    select c.relname as name, c.relkind = 'p' as "isPartitioned", obj_description(c.oid, 'pg_class') as description,
      case when c.relkind = 'p' then (select sum(l.reltuples) filter (where l.reltuples >= 0)
          from pg_partition_tree(c.oid) p join pg_class l on l.oid = p.relid where p.isleaf)::float8
        when c.reltuples >= 0 then c.reltuples::float8 end as "rowEstimate",
      (select coalesce(jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
          'isNullable', not a.attnotnull, 'hasDefault', a.atthasdef and a.attgenerated = '', 'isGenerated', a.attgenerated <> '',
          'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end) order by a.attnum), '[]')
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select coalesce(jsonb_agg(jsonb_build_object('name', k.relname, 'isPrimary', i.indisprimary, 'columns',
          (select jsonb_agg(a.attname order by n.ord) from unnest(i.indkey::int2[]) with ordinality as n (attnum, ord)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = n.attnum where n.ord <= i.indnkeyatts))
          order by i.indisprimary desc, k.relname collate "C"), '[]')
        from pg_index i join pg_class k on k.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indimmediate
          and i.indexprs is null and i.indpred is null) as keys
    from pg_class c
    where c.relnamespace = (select oid from pg_namespace where nspname = ${schema})
      and c.relkind in ('r', 'p') and not c.relispartition
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.relname collate "C"`;
  const foreignKeys = await session<DataForeignKey[]>`
    select k.conname as name, c.relname as table, r.relname as "refTable",
      (select jsonb_agg(a.attname order by n.ord) from unnest(k.conkey) with ordinality as n (attnum, ord)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = n.attnum) as columns,
      (select jsonb_agg(a.attname order by n.ord) from unnest(k.confkey) with ordinality as n (attnum, ord)
        join pg_attribute a on a.attrelid = r.oid and a.attnum = n.attnum) as "refColumns"
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class r on r.oid = k.confrelid
    where k.contype = 'f' and k.conparentid = 0 and not c.relispartition and not r.relispartition
      and c.relnamespace = (select oid from pg_namespace where nspname = ${schema}) and r.relnamespace = c.relnamespace
    order by c.relname collate "C", k.conname collate "C"`;
  return { tables: [...tables], foreignKeys: [...foreignKeys] };
}
