import type postgres from "postgres";
import { quoteIdent } from "@/jobs/postgres/identifier";

export type Column = { name: string; kind: "plain" | "text" | "other" };

/** A table as its rows are read. Columns by name: a restored table may have them in another order. */
export type Relation = { name: string; kind: "r" | "p" | "m"; populated: boolean; columns: Column[] };

/** Types of pg_catalog whose values never print a control character. */
const plainTypes = [
  ...["bool", "int2", "int4", "int8", "float4", "float8", "numeric", "money", "oid", "xid", "xid8", "pg_lsn"],
  ...["date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "bytea", "bit", "varbit"],
  ...["json", "jsonb", "inet", "cidr", "macaddr", "macaddr8", "point", "line", "lseg", "box", "path", "polygon"],
  ...["circle", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"],
].flatMap((name) => [name, `_${name}`]);
const textTypes = ["text", "varchar", "bpchar"];

/** Those of the tables that are there: tables, partitioned tables, materialized views. */
export async function readRelations(
  sql: postgres.ISql,
  { schema, tables }: { schema: string; tables: readonly string[] },
): Promise<Map<string, Relation>> {
  const rows = await sql<(Omit<Relation, "columns"> & { column: string | null; columnKind: Column["kind"] })[]>`
    with recursive relations as (
      select c.oid, c.relname as name, c.relkind as kind, c.relispopulated as populated
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and c.relkind in ('r', 'p', 'm') and c.relname in ${sql(tables)}
    ), columns as (
      select attrelid, attname, atttypid as type from pg_attribute join relations on attrelid = relations.oid
      where attnum > 0 and not attisdropped
      union all
      select attrelid, attname, typbasetype from columns join pg_type t on t.oid = type where typtype = 'd'
    ), named as (
      select attrelid, attname, case
          when typnamespace = 'pg_catalog'::regnamespace and typname in ${sql(plainTypes)} then 'plain'
          when typtype = 'e' and not exists (select from pg_enum where enumtypid = type and enumlabel ~ '[\\x01\\x02]') then 'plain'
          when typnamespace = 'pg_catalog'::regnamespace and typname in ${sql(textTypes)} then 'text'
          else 'other' end as "columnKind"
      from columns join pg_type t on t.oid = type where typtype <> 'd'
    )
    select name, kind, populated, attname as column, "columnKind" from relations left join named on attrelid = oid
    order by attname collate "C"`;
  const relations = new Map<string, Relation>();
  for (const { column, columnKind, ...relation } of rows) {
    const known = relations.get(relation.name) ?? { ...relation, columns: [] };
    relations.set(relation.name, known);
    if (column !== null) known.columns.push({ name: column, kind: columnKind });
  }
  return relations;
}

const separator = "E'\\x01'";
const nullMark = "E'\\x02'";
/** PostgreSQL takes 100 arguments for one call. */
const most = 98;

/**
 * An expression for the text of a row. Two rows have the same text only if they are the same, value by value. It joins
 * by U+0001: the text of each plain column, which has no such character; the length of the text of each other column, in
 * bytes; those other texts, which the lengths tell apart. Instead of the text or length of a NULL stands U+0002.
 *
 * The texts are those that COPY writes, and so those that a dump keeps: `concat_ws` asks the type for its output, where
 * `::text` would be a cast, which somebody may have made, and which for xml and char(n) is another text. The functions
 * are named in full, since the tenant may have functions of the same names.
 */
export function rowText(columns: readonly Column[]): string {
  const plain = columns.filter(({ kind }) => kind === "plain");
  const others = columns.filter(({ kind }) => kind !== "plain");
  return joined([
    ...plain.flatMap(({ name }) => [quoteIdent(name), markOfNull(name)]),
    ...others.flatMap((column) => [lengthOf(column), markOfNull(column.name)]),
    ...others.map(({ name }) => quoteIdent(name)),
  ]);
}

// Of what it is given, `concat_ws` leaves out the NULLs: a value, or its mark.
// `is null` would hold for a composite of nothing but NULLs as well.
const markOfNull = (name: string) => `case when ${quoteIdent(name)} is not distinct from null then ${nullMark} end`;

function lengthOf({ name, kind }: Column): string {
  const column = quoteIdent(name);
  if (kind === "text") return `pg_catalog.octet_length(${column})`;
  return `case when ${column} is distinct from null then pg_catalog.octet_length(pg_catalog.concat(${column})) end`;
}

function joined(parts: readonly string[]): string {
  if (parts.length === 0) return "''::text";
  if (parts.length <= most) return `pg_catalog.concat_ws(${separator}, ${parts.join(", ")})`;
  const groups = [];
  for (let i = 0; i < parts.length; i += most) groups.push(joined(parts.slice(i, i + most)));
  return joined(groups);
}
