import type postgres from "postgres";
import type { Manifest } from "@/jobs/archive/manifest";
import type { Finding } from "@/jobs/restore-backup/preflight-report";

/** Whether the extensions that the backup needs are there. */
export async function extensionsFinding(
  tx: postgres.ISql,
  { extensions, outsideDependencies }: Manifest,
): Promise<Finding> {
  const needed = new Set(outsideDependencies.flatMap(({ extension }) => extension ?? []));
  const installed = await tx<{ name: string; version: string }[]>`
    select extname as name, extversion as version from pg_extension`;
  const found = new Map(installed.map(({ name, version }) => [name, version]));
  const missing = [...needed].filter((name) => !found.has(name));
  const other = extensions.filter(({ name, version }) => needed.has(name) && found.get(name) !== version);
  if (missing.length > 0)
    return {
      name: "extensions",
      level: "stop",
      detail: "Extensions that the backup needs are missing.",
      items: missing,
    };
  if (other.length > 0)
    return {
      name: "extensions",
      level: "warn",
      detail: "Extensions have another version than they had then.",
      items: other.map(({ name, version }) => `${name} ${version}, now ${found.get(name)}`),
    };
  const detail = needed.size === 0 ? "The backup needs no extensions." : "The extensions that it needs are there.";
  return { name: "extensions", level: "ok", detail, items: [...needed] };
}

/** By kind, schema and name, as the inventory of the backup has written them down. */
export async function outsideFinding(tx: postgres.ISql, { outsideDependencies }: Manifest): Promise<Finding> {
  const needed = outsideDependencies.filter(({ extension }) => extension === null);
  const schemas = await tx<{ name: string }[]>`select quote_ident(nspname) as name from pg_namespace`;
  const there = new Set(schemas.map(({ name }) => name));
  const missing = needed.filter(({ schema }) => !there.has(schema));
  for (const { kind, schema, name } of needed.filter((one) => there.has(one.schema))) {
    const look = lookups[kind];
    if (!look) continue;
    // An identity has its schema already, a plain name has not.
    const full = name.startsWith(`${schema}.`) ? name : `${schema}.${name}`;
    const [row] = await tx.unsafe<{ there: boolean }[]>(`select ${look}($1) is not null as there`, [full]);
    if (!row?.there) missing.push({ kind, schema, name, extension: null });
  }
  const items = missing.map(
    ({ kind, schema, name }) => `${kind} ${name.startsWith(`${schema}.`) ? name : `${schema}.${name}`}`,
  );
  if (items.length > 0)
    return {
      name: "outside",
      level: "stop",
      detail: "The backup needs objects of other schemas that are not there.",
      items,
    };
  const detail =
    needed.length === 0 ? "It needs nothing of other schemas." : "What it needs of other schemas is there.";
  return { name: "outside", level: "ok", detail, items: [] };
}

const lookups: Record<string, string> = {
  table: "to_regclass",
  view: "to_regclass",
  "materialized view": "to_regclass",
  "foreign table": "to_regclass",
  sequence: "to_regclass",
  type: "to_regtype",
  function: "to_regprocedure",
  procedure: "to_regprocedure",
};
