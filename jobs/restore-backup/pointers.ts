import type postgres from "postgres";
import { objectsOf, oidOfSchema } from "@/jobs/postgres/schema-objects";

/** Something outside of a schema that points into it, by the object and not by its name: it would go on pointing to the schema that was replaced. */
export type Pointer = {
  /** For people: `foreign key visits_person_fkey on shared.visits`. */
  what: string;
  /** Run before the schemas change names; null where `after` alone does. */
  before: string | null;
  /** Run afterwards, makes it point to what has the name then. Null: it cannot be made to. */
  after: string | null;
};

/** All of a schema's objects, and those outside of it that depend on them. Members of extensions count as part of the extension. */
const dependents = `
  with ${objectsOf(oidOfSchema("$1"))}, outside as (
    select d.classid, d.objid, bool_or(d.refclassid = 'pg_type'::regclass) as on_type
    from pg_depend d join mine on d.refclassid = mine.classid and d.refobjid = mine.objid
    where d.deptype <> 'i' and not exists (select from mine m where m.classid = d.classid and m.objid = d.objid)
      -- The triggers of a foreign key go with it.
      and not exists (select from pg_trigger t where d.classid = 'pg_trigger'::regclass and t.oid = d.objid and t.tgisinternal)
    group by 1, 2
  )`;

/** Each with the role that owns it, and the schema where the statement `after` needs this right. */
const candidates = `
  select format('foreign key %I on %s', conname, conrelid::regclass) as what,
    format('alter table %s drop constraint %I', conrelid::regclass, conname) as before,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
      || coalesce('; ' || format('comment on constraint %I on %s is %L', conname, conrelid::regclass, obj_description(k.oid, 'pg_constraint')), '') as after,
    relowner as owner, relnamespace as namespace, 'usage' as needed
  from outside join pg_constraint k on classid = 'pg_constraint'::regclass and k.oid = objid join pg_class c on c.oid = conrelid
  where contype = 'f' and conparentid = 0
  union all
  select format('view %s', c.oid::regclass), null, case when relkind = 'v' and rulename = '_RETURN' and not on_type then
    format('create or replace view %s %s as %s', c.oid::regclass,
      coalesce('with (' || array_to_string(reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid)) end, relowner, relnamespace, 'create'
  from outside join pg_rewrite r on classid = 'pg_rewrite'::regclass and r.oid = objid join pg_class c on c.oid = ev_class
  union all
  select format('function %s', p.oid::regprocedure), null, case when prokind in ('f', 'p') and not on_type then pg_get_functiondef(p.oid) end,
    proowner, pronamespace, 'create'
  from outside join pg_proc p on classid = 'pg_proc'::regclass and p.oid = objid
  union all
  select format('default of %I in %s', attname, adrelid::regclass), null, case when attgenerated = '' then
    format('alter table %s alter column %I set default %s', adrelid::regclass, attname, pg_get_expr(adbin, adrelid)) end,
    relowner, relnamespace, 'usage'
  from outside join pg_attrdef d on classid = 'pg_attrdef'::regclass and d.oid = objid
    join pg_attribute a on attrelid = adrelid and attnum = adnum join pg_class c on c.oid = adrelid
  union all
  select format('trigger %I on %s', tgname, tgrelid::regclass), format('drop trigger %I on %s', tgname, tgrelid::regclass),
    case when tgenabled = 'O' then pg_get_triggerdef(t.oid) end, relowner, relnamespace, 'usage'
  from outside join pg_trigger t on classid = 'pg_trigger'::regclass and t.oid = objid join pg_class c on c.oid = tgrelid where tgparentid = 0
  union all
  select format('publication %I of %s', pubname, prrelid::regclass), format('alter publication %I drop table only %s', pubname, prrelid::regclass),
    case when to_jsonb(r) ->> 'prqual' is null and to_jsonb(r) ->> 'prattrs' is null then
      format('alter publication %I add table only %s', pubname, prrelid::regclass) end, pubowner, null, null
  from outside join pg_publication_rel r on classid = 'pg_publication_rel'::regclass and r.oid = objid join pg_publication p on p.oid = prpubid
  union all
  select pg_describe_object(classid, objid, 0), null, null, null, null, null from outside
  where classid not in ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_attrdef'::regclass, 'pg_trigger'::regclass, 'pg_publication_rel'::regclass)
    and not (classid = 'pg_constraint'::regclass and exists (select from pg_constraint k where k.oid = objid and contype = 'f'))`;

/** What this role may not change cannot be made to point elsewhere either. */
const query = `${dependents}
  select what || coalesce(', ' || denied, '') as what, before, case when denied is null then after end as after
  from (${candidates}) c cross join lateral (select case
    when not pg_has_role(owner, 'usage') then format('which %s owns', pg_get_userbyid(owner))
    when not has_schema_privilege(namespace, needed) then format('in whose schema %s may not create', current_user) end as denied) d`;

/** Whatever outside of the schema points into it. Foreign keys of partitions come with those of their parent. */
export async function pointersInto(sql: postgres.ISql, schema: string): Promise<Pointer[]> {
  await sql`set local search_path = ''`;
  const found = await sql.unsafe<Pointer[]>(query, [schema]);
  return found.toSorted((a, b) => a.what.localeCompare(b.what));
}
