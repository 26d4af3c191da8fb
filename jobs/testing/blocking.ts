import postgres from "postgres";
import { adminSql } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

export type Blocking = AsyncDisposable & {
  sql: postgres.Sql;
  /** Ends the transaction, and so lets others go on. */
  commit(): Promise<void>;
};

/** A session of its own, in the middle of a transaction that has done `statement`, for as long as the test wants. */
export async function blocking(url: string, statement: string): Promise<Blocking> {
  const connection = { application_name: "test:blocking" };
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false, connection });
  await sql.unsafe("begin");
  await sql.unsafe(statement);
  return {
    sql,
    async commit() {
      await sql.unsafe("commit");
    },
    // A transaction that is still open is rolled back.
    [Symbol.asyncDispose]: () => sql.end({ timeout: 0 }),
  };
}

/**
 * Waits until a session whose application name begins like this waits for a lock: in any database, or in the one of `control`,
 * whose sessions are called the same in the control plane of every test file. Gives its process.
 */
export function waitingForLock(name: string, control?: postgres.Sql): Promise<number> {
  return waitFor(
    async () => {
      const waiting = await (control ?? adminSql())<{ pid: number; here: boolean }[]>`
        select pid, datname = current_database() as here from pg_stat_activity
        where wait_event_type = 'Lock' and application_name like ${`${name}%`}`;
      return waiting.find(({ here }) => here || !control)?.pid;
    },
    { what: `${name} waits for a lock` },
  );
}
