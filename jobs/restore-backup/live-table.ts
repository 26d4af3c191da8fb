import type postgres from "postgres";
import { failed } from "@/jobs/lifecycle/failure";
import { quoteIdent } from "@/jobs/postgres/identifier";

export type Column = {
  name: string;
  /** Its type; one of the schemas that are compared stands without its schema, so that it is the same in both. */
  type: string;
  /** As SQL names it here. */
  typeHere: string;
  isGenerated: boolean;
};

/** The columns of a table in the first of these schemas, in order; null when there is no such table. */
export async function columnsOf(tx: postgres.ISql, schemas: string[], table: string): Promise<Column[] | null> {
  const [schema = ""] = schemas;
  const rows = await tx<(Column | { name: null })[]>`
    select a.attname as name, format_type(a.atttypid, a.atttypmod) as "typeHere", a.attgenerated <> '' as "isGenerated",
      case when o.nspname in ${tx(schemas)} then '' else o.nspname || '.' end || e.typname || case when t.typelem <> 0 and t.typlen = -1 then '[]' else '' end
        || coalesce(':' || nullif(a.atttypmod, -1), '') as type
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_type t on t.oid = a.atttypid
    left join pg_type e on e.oid = case when t.typelem <> 0 and t.typlen = -1 then t.typelem else t.oid end
    left join pg_namespace o on o.oid = e.typnamespace
    where n.nspname = ${schema} and c.relname = ${table} and c.relkind = 'r' order by a.attnum`;
  if (rows.length === 0) return null;
  return rows.flatMap((row) => (row.name === null ? [] : [row]));
}

/** Fails when rows of the one table do not fit the other. The order of columns does not matter. */
export function requireSameColumns(table: string, was: Column[], is: Column[]): void {
  const describe = ({ name, type }: Column) => `${name} ${type}`;
  const [before, now] = [was, is].map((columns) => new Set(columns.map(describe)));
  const gone = [...(before ?? [])].filter((column) => !now?.has(column));
  const added = [...(now ?? [])].filter((column) => !before?.has(column));
  if (gone.length === 0 && added.length === 0) return;
  const parts = [
    gone.length > 0 && `the backup has ${gone.join(", ")}`,
    added.length > 0 && `now it has ${added.join(", ")}`,
  ];
  throw failed({
    code: "restore_refused",
    message: `The table ${table} has other columns now: ${parts.filter(Boolean).join("; ")}.`,
    hint: "Restore the whole schema, or clone the backup and take from there what you need.",
  });
}

/** A statement that takes something off a table, and the one that puts it back. */
export type Lifted = { what: string; off: string; on: string };

/** Foreign keys from and to the tables. While rows are replaced they would delete others, or refuse. */
export async function foreignKeysOf(tx: postgres.ISql, schema: string, tables: string[]): Promise<Lifted[]> {
  return [
    ...(await tx<Lifted[]>`
      select format('foreign key %I on %s', conname, conrelid::regclass) as what,
        format('alter table %s drop constraint %I', conrelid::regclass, conname) as off,
        format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
          || coalesce('; ' || format('comment on constraint %I on %s is %L', conname, conrelid::regclass, obj_description(k.oid, 'pg_constraint')), '') as on
      from pg_constraint k
      where contype = 'f' and conparentid = 0 and exists (
        select from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid in (k.conrelid, k.confrelid) and n.nspname = ${schema} and c.relname in ${tx(tables)})
      order by conname`),
  ];
}

/** Triggers that people have made: what they do was done when the rows came in for the first time. */
export async function triggersOf(tx: postgres.ISql, schema: string, tables: string[]): Promise<Lifted[]> {
  return [
    ...(await tx<Lifted[]>`
      select format('trigger %I on %s', tgname, tgrelid::regclass) as what,
        format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as off,
        format('alter table %s enable %s trigger %I', tgrelid::regclass,
          case tgenabled when 'R' then 'replica' when 'A' then 'always' else '' end, tgname) as on
      from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not tgisinternal and tgenabled <> 'D' and n.nspname = ${schema} and c.relname in ${tx(tables)}`),
  ];
}

/** The sequences that fill columns of the table, by the name that both schemas have for them. */
export async function sequencesOf(tx: postgres.ISql, schema: string, table: string): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select s.relname as name from pg_depend d
    join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class c on c.oid = d.refobjid
    join pg_namespace n on n.oid = c.relnamespace and s.relnamespace = n.oid
    where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      and n.nspname = ${schema} and c.relname = ${table}`;
  return rows.map(({ name }) => name);
}

/** A column's value for the same column of the other table: types of a schema's own go by way of text. */
export const valueFor = ({ name, typeHere }: Column, target: Column): string =>
  typeHere === target.typeHere ? quoteIdent(name) : `${quoteIdent(name)}::text::${target.typeHere}`;
