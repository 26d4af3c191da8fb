/** Catalogs of objects that stand in a schema, with the column that says in which. */
const inSchema = {
  pg_class: "relnamespace",
  pg_type: "typnamespace",
  pg_proc: "pronamespace",
  pg_operator: "oprnamespace",
  pg_opclass: "opcnamespace",
  pg_opfamily: "opfnamespace",
  pg_collation: "collnamespace",
  pg_conversion: "connamespace",
  pg_statistic_ext: "stxnamespace",
  pg_ts_config: "cfgnamespace",
  pg_ts_dict: "dictnamespace",
  pg_ts_parser: "prsnamespace",
  pg_ts_template: "tmplnamespace",
  pg_default_acl: "defaclnamespace",
  pg_constraint: "connamespace",
};

/** Those of objects that belong to a relation, and to an operator family. */
const ofRelation = { pg_attrdef: "adrelid", pg_rewrite: "ev_class", pg_trigger: "tgrelid", pg_policy: "polrelid" };
const ofFamily = { pg_amop: "amopfamily", pg_amproc: "amprocfamily" };

const each = (catalogs: Record<string, string>, joined: (column: string) => string) =>
  Object.entries(catalogs).map(
    ([catalog, column]) => `select '${catalog}'::regclass, o.oid from ${catalog} o join ${joined(`o.${column}`)}`,
  );

/**
 * SQL of two common table expressions: `home (oid)`, the schema whose oid the expression gives, and `mine (classid, objid)`,
 * all of its objects as pg_depend names them: the schema itself, what stands in it, and what belongs to that.
 */
export const objectsOf = (schemaOid: string): string => `
  home as (select ${schemaOid} as oid),
  mine (classid, objid) as (
    ${[
      "select 'pg_namespace'::regclass, oid from home",
      ...each(inSchema, (column) => `home on ${column} = home.oid`),
      ...each(ofRelation, (column) => `pg_class c on c.oid = ${column} join home on c.relnamespace = home.oid`),
      ...each(ofFamily, (column) => `pg_opfamily f on f.oid = ${column} join home on f.opfnamespace = home.oid`),
      ...["castsource", "casttarget"].map(
        (column) =>
          `select 'pg_cast'::regclass, o.oid from pg_cast o join pg_type t on t.oid = o.${column} join home on t.typnamespace = home.oid`,
      ),
    ].join("\n    union all ")}
  )`;

/** For `objectsOf`, when the schema is known by its name. */
export const oidOfSchema = (name: string): string => `(select oid from pg_namespace where nspname = ${name})`;
