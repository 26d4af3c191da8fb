import type postgres from "postgres";
import type { Manifest } from "@/jobs/archive/manifest";
import { pointersInto } from "@/jobs/restore-backup/pointers";
import { extensionsFinding, outsideFinding } from "@/jobs/restore-backup/preflight-needs";
import type { Finding, PreflightReport } from "@/jobs/restore-backup/preflight-report";

type Restoring = {
  manifest: Manifest;
  schema: string;
  /** When only their rows are to come back. */
  tables?: string[];
};

/** Looks at the target without changing anything. `sql` is a client of one connection of the target's database. */
export async function preflight(
  sql: postgres.Sql,
  { manifest, schema, tables: chosen }: Restoring,
): Promise<PreflightReport> {
  return sql.begin("read only", async (tx) => {
    const target = await targetOf(tx, { made: manifest.project.schema, schema });
    const findings = [
      versionFinding(target, manifest),
      rightsFinding(target, schema),
      await extensionsFinding(tx, manifest),
      await outsideFinding(tx, manifest),
      ...(chosen ? [chosenFinding(manifest, chosen)] : [await pointersFinding(tx, schema)]),
      await sessionsFinding(tx, schema),
    ];
    const all = await changes(tx, { manifest, schema });
    const tables = chosen ? all.filter(({ name }) => chosen.includes(name)) : all;
    const lost = chosen ? chosenLost(tables.length) : newerFinding(tables, target.exists);
    return { findings: [...findings, lost, sizeFinding(target, manifest)], tables };
  });
}

type Target = {
  major: number;
  user: string;
  exists: boolean;
  isOwner: boolean;
  /** Also of the live schema that has the name that the dump makes, if it is another one. */
  ownsMade: boolean;
  mayCreate: boolean;
  bytes: number;
};

async function targetOf(tx: postgres.ISql, { made, schema }: { made: string; schema: string }): Promise<Target> {
  const [row] = await tx<Target[]>`
    select current_setting('server_version_num')::int / 10000 as major, current_user::text as user,
      exists (select from pg_namespace where nspname = ${schema}) as exists,
      coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = ${schema}), true) as "isOwner",
      coalesce((select pg_has_role(nspowner, 'usage') from pg_namespace where nspname = ${made}), true) as "ownsMade",
      has_database_privilege(current_database(), 'create') as "mayCreate",
      coalesce((select sum(pg_total_relation_size(c.oid)) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ${schema} and c.relkind in ('r', 'm')), 0)::float8 as bytes`;
  if (!row) throw new Error("a server without an answer");
  return row;
}

function versionFinding({ major }: Target, manifest: Manifest): Finding {
  const made = Number.parseInt(manifest.serverVersion, 10);
  const [was, is] = [`PostgreSQL ${made}`, `PostgreSQL ${major}`];
  if (made > major)
    return {
      name: "version",
      level: "stop",
      detail: `The backup is of ${was}, and the server is ${is}: an older server cannot take it.`,
      items: [],
    };
  return { name: "version", level: "ok", detail: `The backup is of ${was}, and the server is ${is}.`, items: [] };
}

function rightsFinding({ user, isOwner, ownsMade, mayCreate }: Target, schema: string): Finding {
  const items = [
    ...(mayCreate ? [] : [`${user} may not create schemas in this database: grant create on database … to ${user}`]),
    ...(isOwner && ownsMade ? [] : [`${user} does not own the schema ${schema}, so it cannot be renamed`]),
  ];
  if (items.length === 0) return { name: "rights", level: "ok", detail: `${user} may do all that is needed.`, items };
  return { name: "rights", level: "stop", detail: `${user} may not do all that is needed.`, items };
}

async function pointersFinding(tx: postgres.TransactionSql, schema: string): Promise<Finding> {
  const pointers = await pointersInto(tx, schema);
  const stuck = pointers.filter(({ after }) => after === null).map(({ what }) => what);
  if (stuck.length > 0)
    return {
      name: "pointers",
      level: "stop",
      detail: "Objects outside of the schema need it as it is, so it cannot be replaced.",
      items: stuck,
    };
  const items = pointers.map(({ what }) => what);
  if (items.length === 0)
    return { name: "pointers", level: "ok", detail: "Nothing outside of the schema needs it.", items };
  return { name: "pointers", level: "warn", detail: "These will be made to point to the restored schema.", items };
}

function chosenFinding({ tables }: Manifest, chosen: string[]): Finding {
  const held = new Set(tables.flatMap(({ name, rows }) => (rows === null ? [] : [name])));
  const items = chosen.filter((name) => !held.has(name));
  if (items.length === 0)
    return { name: "tables", level: "ok", detail: "The backup holds rows of all the tables that were chosen.", items };
  return { name: "tables", level: "stop", detail: "The backup holds no rows of these tables.", items };
}

const chosenLost = (count: number): Finding => ({
  name: "newer",
  level: "warn",
  detail: `The rows of ${count === 1 ? "one table" : `${count} tables`} are as they were when the backup was made. Foreign keys are checked anew.`,
  items: [],
});

async function sessionsFinding(tx: postgres.ISql, schema: string): Promise<Finding> {
  const sessions = await tx<{ text: string }[]>`
    select format('session %s of %s%s, %s', a.pid, a.usename, ' (' || nullif(a.application_name, '') || ')',
      coalesce(nullif(left(a.query, 100), ''), a.state)) as text
    from pg_stat_activity a where a.pid <> pg_backend_pid() and a.pid in (
      select l.pid from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and l.database = (select oid from pg_database where datname = current_database()))
    order by a.xact_start limit 20`;
  const items = sessions.map(({ text }) => text);
  if (items.length === 0)
    return { name: "sessions", level: "ok", detail: "Nobody is working in the schema just now.", items };
  const detail = "These hold locks in the schema just now. The restored schema is put in place when they have let go.";
  return { name: "sessions", level: "warn", detail, items };
}

async function changes(tx: postgres.ISql, { manifest, schema }: Restoring) {
  const live = await tx<{ name: string; rows: number }[]>`
    select c.relname as name, c.reltuples::float8 as rows from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'r' order by c.relname collate "C"`;
  const held = new Map(manifest.tables.flatMap(({ name, rows }) => (rows === null ? [] : [[name, rows] as const])));
  const there = new Map(live.map(({ name, rows }) => [name, rows]));
  const names = [...new Set([...held.keys(), ...there.keys()])];
  return names.map((name) => ({ name, inBackup: held.get(name) ?? null, live: there.get(name) ?? null }));
}

function newerFinding(tables: PreflightReport["tables"], exists: boolean): Finding {
  if (!exists)
    return { name: "newer", level: "ok", detail: "There is no such schema now, so nothing is replaced.", items: [] };
  const newer = tables.filter(({ inBackup }) => inBackup === null).map(({ name }) => name);
  if (newer.length === 0)
    return { name: "newer", level: "warn", detail: "All rows are as they were when the backup was made.", items: [] };
  const detail =
    "All rows are as they were when the backup was made, and these tables, which it does not hold, are gone.";
  return { name: "newer", level: "warn", detail, items: newer };
}

/** PostgreSQL tells nobody how much room its disk has. */
function sizeFinding({ bytes }: Target, manifest: Manifest): Finding {
  const held = manifest.file.originalBytes;
  const megabytes = (some: number) => `${Math.max(1, Math.round(some / 1e6)).toLocaleString("en")} MB`;
  const detail = `The server needs room for both schemas for a while: now ${megabytes(bytes)}, and about ${megabytes(Math.max(bytes, held))} more.`;
  return { name: "size", level: "ok", detail, items: [] };
}
