import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import type { Connection, LockWait } from "@/db/schema";
import { applicationName, withTenant } from "@/jobs/postgres/connection";

/** What one look at the server shows of a running dump. */
export type DumpSample = {
  /** The table that is being copied, by its oid; null between tables. */
  oid: number | null;
  bytes: number;
  rows: number;
  pid: number;
  /** Changes with each statement: a dump that reads definitions moves too. */
  statementAt: string;
  waiting: boolean;
};

/** Looks at the dump by its name in pg_stat_activity; null before it has connected. */
export async function sampleDump(sql: postgres.Sql, name: string): Promise<DumpSample | null> {
  const [row] = await sql<DumpSample[]>`
    select p.relid::int8::float8 as oid, coalesce(p.bytes_processed, 0)::float8 as bytes, coalesce(p.tuples_processed, 0)::float8 as rows,
      a.pid, coalesce(a.query_start::text, '') as "statementAt", coalesce(a.wait_event_type = 'Lock', false) as waiting
    from pg_stat_activity a left join pg_stat_progress_copy p on p.pid = a.pid
    where a.application_name = ${name}`;
  return row ?? null;
}

const session = (sql: postgres.Sql) => sql`
  a.pid, coalesce(a.usename, '?') as user, a.application_name as application, left(a.query, 300) as query,
  coalesce(extract(epoch from now() - a.query_start), 0)::float8 as seconds`;

/**
 * Sessions that wait for a lock that one of these server processes holds, without those processes themselves. What another
 * role's session waits for is hidden from us in pg_stat_activity, but not in pg_locks.
 */
export async function lockWaiters(sql: postgres.Sql, pids: number[]): Promise<LockWait[]> {
  return [
    ...(await sql<LockWait[]>`select ${session(sql)} from pg_stat_activity a
      where a.pid in (select l.pid from pg_locks l where not l.granted) and a.pid not in ${sql(pids)}
        and exists (select from unnest(pg_blocking_pids(a.pid)) blocker where blocker in ${sql(pids)})
      order by a.query_start limit 20`),
  ];
}

/** Sessions that keep this server process waiting. */
export async function lockHolders(sql: postgres.Sql, pid: number): Promise<LockWait[]> {
  return [
    ...(await sql<LockWait[]>`select ${session(sql)} from pg_stat_activity a
      where a.pid = any(pg_blocking_pids(${pid})) order by a.query_start limit 20`),
  ];
}

/** The fences of a job's attempts up to this one. */
export const fencesUpTo = (fence: number): number[] => Array.from({ length: fence }, (_, i) => i + 1);

/** Ends what the attempts of a job up to this fence have left at a server, as `releaseBackends` does. */
export const releaseAttempts = (connection: Connection, job: { id: string }, upToFence: number): Promise<Date> =>
  releaseBackends(
    connection,
    fencesUpTo(upToFence).map((fence) => applicationName(job.id, fence)),
  );

/** pg_dump asks its server process to end, which takes some milliseconds; who takes longer is ended. */
const endedByItself = 150;
const patience = 20_000;

/**
 * Waits until no session of these attempts is left at the server, ends what stays, and proves it. Gives when that was
 * seen. `names` are the attempts' application names; our own sessions beside pg_dump (`:snapshot`, `:monitor`) have nobody
 * who would end them, so they are ended at once. Throws when one outlives all that.
 */
export const releaseBackends = (connection: Connection, names: string[]): Promise<Date> =>
  withTenant(connection, "coffer:cleanup", async (sql) => {
    const started = Date.now();
    for (;;) {
      const waited = Date.now() - started;
      const left = await sql<{ pid: number }[]>`
        select a.pid, case when a.application_name ~ ':(snapshot|monitor)$' or ${waited > endedByItself} then pg_terminate_backend(a.pid) end
        from pg_stat_activity a
        where regexp_replace(a.application_name, ':(snapshot|monitor)$', '') in ${sql(names)}`;
      if (left.length === 0) return new Date();
      if (waited > patience) throw new Error("a server process of this job does not end");
      await delay(waited < 100 ? 5 : 100);
    }
  });
