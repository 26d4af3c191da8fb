import type postgres from "postgres";
import { refused } from "@/jobs/import-dump/refusal";
import type { RoleNames } from "@/jobs/import-dump/role";
import { readOutsideDependencies } from "@/jobs/postgres/inventory";

/** Looks at what the role has made, before it becomes anybody else's. Fails when anything of it is not what was judged, or not inside. */
export async function inspectMade(sql: postgres.Sql, { role, beside }: RoleNames): Promise<void> {
  const astray = await sql<{ what: string }[]>`
    select o.type || ' ' || o.identity as what from pg_shdepend d cross join lateral pg_identify_object(d.classid, d.objid, d.objsubid) o
    where d.refclassid = 'pg_authid'::regclass and d.refobjid = (select oid from pg_roles where rolname = ${role}) and d.deptype = 'o'
      and d.dbid in (0, (select oid from pg_database where datname = current_database()))
      and coalesce(o.schema, case when o.type = 'schema' then o.identity end, '') <> quote_ident(${beside})
    union all
    select 'function ' || p.proname from pg_proc p join pg_language l on l.oid = p.prolang
    where p.pronamespace = quote_ident(${beside})::regnamespace
      and (p.prosecdef or l.lanname not in ('sql', 'plpgsql', 'internal') or l.lanname = 'internal' and p.prokind <> 'a' and not exists (
        select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i'))
    union all
    select 'rule ' || r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class
    where c.relnamespace = quote_ident(${beside})::regnamespace and r.rulename <> '_RETURN'
    limit 5`;
  if (astray.length > 0)
    throw refused(
      `This dump has made something that is not taken from elsewhere: ${astray.map(({ what }) => what).join(", ")}.`,
    );
  // A view reads with its owner's rights, which are about to be more than the role's.
  const [space] = await sql<
    { oid: number }[]
  >`select oid::int8::float8 as oid from pg_namespace where nspname = ${beside}`;
  const outside = await readOutsideDependencies(sql, space?.oid ?? 0);
  const relations = outside.filter(({ kind, extension }) => extension === null && /table|view|sequence/.test(kind));
  const [first] = relations;
  if (first)
    throw refused(
      `This dump leans on the ${first.kind} ${first.schema}.${first.name}, which is outside of its schema.`,
    );
}
