import type postgres from "postgres";
import { type DataColumn, type DataSchema, type DataTable, readDataSchema } from "@/jobs/data/tables";

/** A column with what an import has to know of it beyond what an export has. */
export type TargetColumn = DataColumn & {
  /** The SQL that gives its value where a row says nothing; of a generated column that which computes it. */
  expression: string | null;
  /** The sequence that its default or identity takes values from, as SQL writes it. */
  sequence: string | null;
  /** An empty text can be a value of its type, so a quoted empty field of CSV is one; of other types it is NULL. */
  takesEmpty: boolean;
};

export type TargetTable = Omit<DataTable, "columns"> & {
  columns: TargetColumn[];
  /** As `regclass` writes it, with its schema. */
  sql: string;
  /** What a row has to be for a CHECK to let it in; those of partitions in one. */
  checks: { name: string; expression: string; columns: string[]; isPartition: boolean }[];
  triggers: string[];
};

/** A foreign key from or to a table of the schema. */
export type TargetForeignKey = {
  name: string;
  table: string;
  columns: string[];
  refTable: string;
  refColumns: string[];
  /** What happens to a row whose parent goes. */
  onDelete: "no action" | "restrict" | "cascade" | "set null" | "set default";
  isDeferrable: boolean;
  isDeferred: boolean;
};

export type TargetSchema = { schema: string; tables: TargetTable[]; foreignKeys: TargetForeignKey[] };

type Details = Pick<TargetTable, "sql" | "checks" | "triggers"> & {
  name: string;
  columns: Record<string, Pick<TargetColumn, "expression" | "sequence" | "takesEmpty">>;
};

/**
 * The tables of a schema as an import sees them. Needs a search path that holds nothing but PostgreSQL's own, so that every name in
 * an expression comes with its schema.
 */
export async function readTargetSchema(session: postgres.ISql, schema: string): Promise<TargetSchema> {
  const known = await readDataSchema(session, schema);
  const details = new Map((await readDetails(session, schema)).map((one) => [one.name, one]));
  const tables = known.tables.flatMap((table) => {
    const found = details.get(table.name);
    return found ? [joined(table, found)] : [];
  });
  return { schema, tables, foreignKeys: await readForeignKeys(session, schema, known) };
}

function joined(table: DataTable, { columns, ...rest }: Details): TargetTable {
  const none = { expression: null, sequence: null, takesEmpty: true };
  return {
    ...table,
    ...rest,
    columns: table.columns.map((column) => ({ ...column, ...(columns[column.name] ?? none) })),
  };
}

async function readDetails(session: postgres.ISql, schema: string): Promise<Details[]> {
  return session<Details[]>`
    select c.relname as name, c.oid::regclass::text as sql,
      (select coalesce(jsonb_object_agg(a.attname, jsonb_build_object(
          'expression', pg_get_expr(d.adbin, d.adrelid), 'takesEmpty', ty.typcategory not in ('N', 'B', 'D', 'T', 'I', 'E', 'A', 'C', 'R', 'G')
            and ty.typname not in ('uuid', 'json', 'jsonb'),
          'sequence', (select s.refobjid::regclass::text from (
              select refobjid from pg_depend where classid = 'pg_attrdef'::regclass and objid = d.oid and refclassid = 'pg_class'::regclass
              union all select objid from pg_depend where classid = 'pg_class'::regclass and refclassid = 'pg_class'::regclass
                and refobjid = c.oid and refobjsubid = a.attnum and deptype in ('i')) s
            join pg_class q on q.oid = s.refobjid and q.relkind = 'S' limit 1))), '{}')
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        join pg_type t on t.oid = a.atttypid join pg_type ty on ty.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
      (select coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid), 'isPartition', false,
          'columns', (select coalesce(jsonb_agg(a.attname), '[]') from pg_attribute a where a.attrelid = c.oid and a.attnum = any(k.conkey)))
          order by k.conname), '[]')
        from pg_constraint k where k.conrelid = c.oid and k.contype = 'c') ||
      case when c.relkind = 'p' then (select coalesce(jsonb_agg(jsonb_build_object('name', c.relname, 'isPartition', true,
          'expression', p.expression, 'columns', (select coalesce(jsonb_agg(distinct a.attname), '[]') from pg_partition_tree(c.oid) l
            join pg_partitioned_table pt on pt.partrelid = l.relid
            join pg_attribute a on a.attrelid = l.relid and a.attnum = any(pt.partattrs::int2[])))), '[]')
        from (select coalesce(string_agg(format('(%s)', coalesce(pg_get_partition_constraintdef(l.relid), 'true')), ' or '), 'false') as expression
          from pg_partition_tree(c.oid) l where l.isleaf and l.relid <> c.oid) p) else '[]' end as checks,
      (select coalesce(jsonb_agg(g.tgname order by g.tgname), '[]') from pg_trigger g
        where g.tgrelid = c.oid and not g.tgisinternal and g.tgenabled in ('O', 'A')) as triggers
    from pg_class c
    where c.relnamespace = (select oid from pg_namespace where nspname = ${schema}) and c.relkind in ('r', 'p') and not c.relispartition`;
}

type KeyRules = Pick<TargetForeignKey, "name" | "table" | "onDelete" | "isDeferrable" | "isDeferred">;

/** The keys that an export knows, with when they are checked and what becomes of a row whose parent goes. */
async function readForeignKeys(
  session: postgres.ISql,
  schema: string,
  { tables, foreignKeys }: DataSchema,
): Promise<TargetForeignKey[]> {
  const rules = await session<KeyRules[]>`
    select k.conname as name, c.relname as table, k.condeferrable as "isDeferrable", k.condeferred as "isDeferred",
      case k.confdeltype when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default'
        else 'no action' end as "onDelete"
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'f' and k.conparentid = 0 and c.relnamespace = (select oid from pg_namespace where nspname = ${schema})`;
  const known = new Set(tables.map(({ name }) => name));
  return foreignKeys.flatMap((key) => {
    const found = rules.find(({ name, table }) => name === key.name && table === key.table);
    return found && known.has(key.table) && known.has(key.refTable) ? [{ ...key, ...found }] : [];
  });
}
