import type postgres from "postgres";
import { codeOf } from "@/db/errors";
import { failed } from "@/jobs/lifecycle/failure";
import { canonicalSettings, fingerprintTables } from "@/jobs/postgres/fingerprint";
import { qualified } from "@/jobs/postgres/identifier";
import { type Inventory, readInventory, type TableInfo } from "@/jobs/postgres/inventory";
import { type SequenceValue, sequenceValues } from "@/jobs/postgres/sequence";

export type Counted = { rows: number; fingerprint: string | null };

export type Snapshot = {
  /** For `pg_dump --snapshot`. */
  name: string;
  /** The server process that holds it. */
  pid: number;
  takenAt: Date;
  inventory: Inventory;
  /**
   * Counts the rows of each table that carries data, in the snapshot, and fingerprints them where that is asked for, which
   * costs about as much as the dump itself. `seen` hears of each table as it is known.
   */
  countRows(seen: (table: TableInfo, counted: Counted) => void, options?: { fingerprint: boolean }): Promise<void>;
  /** Where the sequences stand now: unlike rows they go on while the snapshot stays. */
  sequencesNow(): Promise<SequenceValue[]>;
  close(): Promise<void>;
};

const lockBatch = 500;
const countBatch = 50;
const lockTries = 5;

/**
 * Opens a snapshot in which the schema's tables stay as they are: every table is locked (ACCESS SHARE, as pg_dump itself
 * does) *before* the snapshot is taken, so that no TRUNCATE or rewriting ALTER can empty one in between: PostgreSQL
 * would show such a table as empty to an older snapshot. `session` has to be a client of one connection, with a lock_timeout; it ends with the snapshot.
 * Source: https://www.postgresql.org/docs/current/mvcc-caveats.html
 */
export async function openSnapshot(session: postgres.Sql, schema: string): Promise<Snapshot> {
  const close = () => session.end({ timeout: 0 });
  try {
    for (let tries = 1; ; tries++) {
      const taken = await tryOpen(session, schema);
      if (taken) return { ...taken, ...readers(session, taken), close };
      await session`rollback`;
      if (tries === lockTries) {
        throw failed({ code: "schema_changed", message: "Tables kept coming and going while the snapshot was taken." });
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
}

type Taken = Omit<Snapshot, "countRows" | "sequencesNow" | "close"> & { schema: string };
type Seen = Parameters<Snapshot["countRows"]>[0];

const readers = (session: postgres.Sql, taken: Taken): Pick<Snapshot, "countRows" | "sequencesNow"> => ({
  countRows: async (seen, { fingerprint } = { fingerprint: false }) => {
    // No parallel workers: a backup takes one core of the tenant's server, not all.
    await session.unsafe("set local max_parallel_workers_per_gather = 0");
    return fingerprint ? fingerprintRows(session, taken, seen) : countRows(session, taken, seen);
  },
  sequencesNow: () => sequenceValues(session, taken.schema),
});

/** Gives null when a table came or went between the listing and the locks. */
async function tryOpen(session: postgres.Sql, schema: string): Promise<Taken | null> {
  const listed = await lockableTables(session, schema);
  await session`begin isolation level repeatable read, read only`;
  await session.unsafe("set local row_security = off");
  for (let i = 0; i < listed.length; i += lockBatch) {
    const names = listed.slice(i, i + lockBatch).map((table) => `only ${qualified(schema, table.name)}`);
    // The first statement that reads takes the snapshot; LOCK TABLE does not.
    const locked = await session.unsafe(`lock table ${names.join(", ")} in access share mode`).catch(goneWhileWaiting);
    if (!locked) return null;
  }
  const [head] = await session<{ name: string; pid: number; at: Date }[]>`
    select pg_export_snapshot() as name, pg_backend_pid() as pid, now() as at`;
  if (!head) throw new Error("pg_export_snapshot gave nothing");
  const inside = await lockableTables(session, schema);
  const same = inside.length === listed.length && inside.every((table, i) => table.oid === listed[i]?.oid);
  if (!same) return null;
  return { ...head, takenAt: new Date(head.at), schema, inventory: await readInventory(session, schema) };
}

/** Gives null for the error that a table, or its schema, is not there any more. */
function goneWhileWaiting(error: unknown): null {
  if (codeOf(error) === "42P01" || codeOf(error) === "3F000") return null;
  throw error;
}

/** Tables and partitioned tables, those of extensions left out: pg_dump does not dump them. */
function lockableTables(session: postgres.Sql, schema: string) {
  return session<{ oid: number; name: string }[]>`
    select c.oid::int8::float8 as oid, c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind in ('r', 'p')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
    order by c.oid`;
}

/**
 * Counts in batches, one scan per table, in the order of the dump. A session that was lost and opened again would
 * count outside of the snapshot, so each answer says which server process gave it.
 */
async function countRows(session: postgres.Sql, taken: Taken, seen: Seen) {
  const tables = taken.inventory.tables.filter((table) => table.hasData);
  for (let i = 0; i < tables.length; i += countBatch) {
    const batch = tables.slice(i, i + countBatch);
    const parts = batch.map(
      (table, n) => `select ${n} as n, count(*)::float8 as rows from only ${qualified(taken.schema, table.name)}`,
    );
    const counts = await session.unsafe<{ n: number; rows: number; pid: number }[]>(
      `select *, pg_backend_pid() as pid from (${parts.join(" union all ")}) counts`,
    );
    for (const { n, rows, pid } of counts) {
      if (pid !== taken.pid)
        throw failed({ code: "connection_lost", message: "The session that held the snapshot was lost." });
      const table = batch[n];
      if (table) seen(table, { rows, fingerprint: null });
    }
  }
}

async function fingerprintRows(session: postgres.Sql, { schema, inventory }: Taken, seen: Seen) {
  const tables = new Map(inventory.tables.filter(({ hasData }) => hasData).map((table) => [table.name, table]));
  await canonicalSettings(session, schema);
  await fingerprintTables(session, { schema, tables: [...tables.keys()] }, (name, counted) => {
    const table = tables.get(name);
    if (table) seen(table, counted);
  });
}
