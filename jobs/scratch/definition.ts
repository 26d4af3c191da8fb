import type postgres from "postgres";
import { objectsOf, oidOfSchema } from "@/jobs/postgres/schema-objects";

/** How to make one object of another schema, as bare as the schema that needs it can do with. */
export type Definition = {
  /** As SQL names it, with its schema. */
  identity: string;
  schema: string;
  statement: string;
  /** A table that foreign keys of the schema point to: without its rows they do not hold. */
  isReferenced: boolean;
};

/**
 * The objects of other schemas that this schema's objects depend on, and those that they depend on in turn, without the
 * members of extensions. Tables, views and the like come as tables with columns and keys. Operators and text search
 * configurations, which hardly anybody shares between schemas, do not come: a restore that needs one says so.
 */
export async function definitionsOf(live: postgres.Sql, schema: string): Promise<Definition[]> {
  return live.begin(async (tx) => {
    // Names then print with their schema, whatever the search path of the role is.
    await tx`set local search_path = ''`;
    return [...(await tx.unsafe<Definition[]>(query, [schema]))];
  });
}

/** Every object is an oid and the catalog that it is in. pg_depend tells what each needs: a row its table, an array its elements. What a domain checks depends on the domain, not the other way round. */
const needed = `
  with recursive ${objectsOf(oidOfSchema("$1"))}, needed (classid, objid) as (
    select classid, objid from mine
    union
    select more.* from needed n cross join lateral (
      select d.refclassid, d.refobjid from pg_depend d
      where d.classid = n.classid and d.objid = n.objid
        and d.refclassid in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass)
        and not exists (select from pg_depend e where e.classid = d.refclassid and e.objid = d.refobjid and e.deptype = 'e')
      union all
      select 'pg_constraint'::regclass, k.oid from pg_constraint k where n.classid = 'pg_type'::regclass and k.contypid = n.objid
    ) more
  ), outside as (
    select oid, nspname from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and oid not in (select oid from home)
  )`;

/** Lists are made in the select list: joined, they would be made of every table of the database. */
const relations = `
  select format('%I.%I', nspname, relname) as identity, nspname as schema,
    case relkind when 'S' then format('create sequence %I.%I', nspname, relname) else
      format('create table %I.%I (%s)', nspname, relname, concat_ws(', ',
        (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
          from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
        (select string_agg(pg_get_constraintdef(k.oid), ', ') from pg_constraint k where conrelid = c.oid and contype in ('p', 'u'))))
      || (select coalesce(string_agg('; ' || pg_get_indexdef(indexrelid), ''), '')
        from pg_index where indrelid = c.oid and indisunique and indpred is null and indexprs is null
          and not exists (select from pg_constraint k where conindid = indexrelid and contype in ('p', 'u'))) end as statement,
    exists (select from pg_constraint k where contype = 'f' and confrelid = c.oid and connamespace in (select oid from home)) as "isReferenced"
  from needed join pg_class c on c.oid = objid join outside o on o.oid = relnamespace
  where classid = 'pg_class'::regclass and relkind in ('r', 'p', 'v', 'm', 'f', 'S')`;

const types = `
  select format('%I.%I', nspname, typname), nspname, case typtype
    when 'e' then format('create type %I.%I as enum (%s)', nspname, typname,
      (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid))
    when 'd' then concat_ws(' ', format('create domain %I.%I as %s', nspname, typname, format_type(typbasetype, typtypmod)),
      case when typnotnull then 'not null' end,
      (select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k where contypid = t.oid and contype = 'c'))
    when 'c' then format('create type %I.%I as (%s)', nspname, typname,
      (select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum)
        from pg_attribute where attrelid = typrelid and attnum > 0 and not attisdropped))
    else (select format('create type %I.%I as range (subtype = %s%s)', nspname, typname, format_type(rngsubtype, null),
        ', multirange_type_name = ' || (to_jsonb(r) ->> 'rngmultitypid')::oid::regtype) from pg_range r where rngtypid = t.oid) end, false
  from needed join pg_type t on t.oid = objid join outside o on o.oid = typnamespace
  where classid = 'pg_type'::regclass
    and (typtype in ('e', 'd', 'r') or typtype = 'c' and exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c'))`;

const routines = `
  select objid::regprocedure::text, nspname, pg_get_functiondef(p.oid), false
  from needed join pg_proc p on p.oid = objid join outside o on o.oid = pronamespace
  where classid = 'pg_proc'::regclass and prokind in ('f', 'p', 'w')`;

const query = `${needed} ${relations} union all ${types} union all ${routines}`;
