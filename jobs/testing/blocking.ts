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

/** Waits until a session whose application name begins like this waits for a lock. Gives its process. */
export function waitingForLock(name: string, admin: postgres.Sql = adminSql()): Promise<number> {
  return waitFor(
    async () => {
      const [row] = await admin<{ pid: number }[]>`
        select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name like ${`${name}%`}`;
      return row?.pid;
    },
    { what: `${name} waits for a lock` },
  );
}
