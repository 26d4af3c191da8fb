import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import type { Connection } from "@/db/schema";
import { connectTenant } from "@/jobs/postgres/connection";

/** What a session is called while it is nobody's. */
const keptName = "coffer:kept";
/** In ms: enough for the next job of a busy night, and in nobody's way who wants to drop the database. */
const keptFor = 2_000;
/** A server that is slow to answer is not waited for. In ms. */
const patience = 1_000;
/** A session remembers every table that it has read about, so none is kept for ever. */
const mostUses = 100;
const mostTables = 5_000;

type Session = { sql: postgres.Sql; uses: number; tables: number };

const kept = new Map<string, (Session & { timer: NodeJS.Timeout })[]>();

/** A session at a tenant's database that is one job's alone, until it is ended or given back. */
export type OwnSession = {
  sql: postgres.Sql;
  /** Closes it. Does nothing to one that was given back. */
  end(): Promise<void>;
  /**
   * Ends its transaction and keeps it a moment for another job; closes it when that cannot be done. Not for a session with settings
   * that outlive the transaction, `lock_timeout` apart. `tables` is how many it has read about. Never fails.
   */
  giveBack(tables: number): Promise<void>;
};

/**
 * Gives a session of this name: one that another job of this process has given back, or a new one. What a session learns of the
 * catalog with its first questions costs the server more than the dump of a small schema.
 */
export async function ownSession(connection: Connection, name: string): Promise<OwnSession> {
  const key = JSON.stringify(connection);
  const session = (await takeKept(key, name)) ?? { sql: connectTenant(connection, name), uses: 0, tables: 0 };
  const { sql } = session;
  let isMine = true;
  const end = async () => {
    if (isMine) await sql.end({ timeout: 0 });
  };
  return {
    sql,
    end,
    async giveBack(tables) {
      const next = { sql, uses: session.uses + 1, tables: session.tables + tables };
      const mayStay = next.uses < mostUses && next.tables < mostTables;
      if (mayStay && (await inTime(sql.unsafe(`rollback; reset lock_timeout; set application_name = '${keptName}'`)))) {
        isMine = false;
        keep(key, next);
      } else await end();
    },
  };
}

/** Closes those that wait for another job. */
export async function endKeptSessions(): Promise<void> {
  const all = [...kept.values()].flat();
  kept.clear();
  for (const { timer } of all) clearTimeout(timer);
  await Promise.all(all.map(({ sql }) => sql.end({ timeout: 1 })));
}

function keep(key: string, session: Session): void {
  const timer = setTimeout(() => {
    remove(key, waiting);
    void session.sql.end({ timeout: 1 });
  }, keptFor);
  const waiting = { ...session, timer };
  kept.set(key, [...(kept.get(key) ?? []), waiting]);
}

function remove(key: string, session: Session): void {
  const others = kept.get(key)?.filter((one) => one !== session) ?? [];
  if (others.length > 0) kept.set(key, others);
  else kept.delete(key);
}

/** The one that was used last, if it is still alive. */
async function takeKept(key: string, name: string): Promise<Session | null> {
  const session = kept.get(key)?.at(-1);
  if (!session) return null;
  remove(key, session);
  clearTimeout(session.timer);
  if (await inTime(session.sql`select set_config('application_name', ${name}, false)`)) return session;
  await session.sql.end({ timeout: 0 });
  return null;
}

/** Whether it has come to a good end, within the patience. */
const inTime = (work: PromiseLike<unknown>): Promise<boolean> =>
  Promise.race([
    Promise.resolve(work).then(
      () => true,
      () => false,
    ),
    delay(patience, false, { ref: false }),
  ]);
