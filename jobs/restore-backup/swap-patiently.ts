import type postgres from "postgres";
import { codeOf } from "@/db/errors";
import type { Connection, LockWait } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { lockHolders } from "@/jobs/postgres/backend";
import { connectTenant } from "@/jobs/postgres/connection";

type Patience = {
  connection: Connection;
  application: string;
  signal: AbortSignal;
  /** How long to go on trying while others hold locks. */
  waitSeconds: number;
  /** Hears who keeps us waiting, whenever that changes; of nobody at the end. */
  onBlocked(blockers: LockWait[]): void;
};

const lookEvery = 250;
const isLockTrouble = (error: unknown) => codeOf(error) === "55P03" || codeOf(error) === "40P01";

/**
 * Runs a transaction that needs locks which others may hold, as soon as nobody is in the way. Each try is short, so that those who came after us get their turn
 * in between; when the time is up it fails with `target_busy`, which says who was in the way, and nothing has changed.
 */
export async function swapPatiently<T>(patience: Patience, swap: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const { connection, application, signal, waitSeconds, onBlocked } = patience;
  const sql = connectTenant(connection, application);
  const monitor = connectTenant(connection, application);
  const end = () => Promise.all([sql.end({ timeout: 0 }), monitor.end({ timeout: 0 })]);
  const stop = () => void end();
  signal.addEventListener("abort", stop, { once: true });
  const deadline = Date.now() + waitSeconds * 1000;
  let blockers: LockWait[] = [];
  const noteBlockers = (seen: LockWait[]) => {
    blockers = seen;
    onBlocked(seen);
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      const watch = await watchBlockers(sql, monitor, noteBlockers);
      try {
        return await swap(sql);
      } catch (error) {
        signal.throwIfAborted();
        if (!isLockTrouble(error)) throw error;
        if (Date.now() > deadline) throw busy(blockers);
      } finally {
        await watch.stop();
      }
    }
  } finally {
    signal.removeEventListener("abort", stop);
    await end();
    onBlocked([]);
  }
}

/** Looks again and again who keeps the session of `sql` waiting, and tells of those who do. */
async function watchBlockers(sql: postgres.Sql, monitor: postgres.Sql, seen: (blockers: LockWait[]) => void) {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  let stopped = false;
  const wake = Promise.withResolvers<void>();
  const watching = (async () => {
    while (!stopped) {
      // What it cannot see, nobody is told of; the swap itself decides.
      const blockers = await lockHolders(monitor, row?.pid ?? 0).catch(() => []);
      if (blockers.length > 0) seen(blockers);
      await Promise.race([wake.promise, new Promise((resolve) => setTimeout(resolve, lookEvery))]);
    }
  })();
  return {
    async stop() {
      stopped = true;
      wake.resolve();
      await watching;
    },
  };
}

function busy(blockers: LockWait[]) {
  const who = blockers.map(
    ({ pid, user, application, seconds, query }) =>
      `session ${pid} of ${user}${application && ` (${application})`} since ${Math.round(seconds)} s: ${query}`,
  );
  return failed({
    code: "target_busy",
    message: `The schema is in use, so it could not be replaced. ${who.length > 0 ? `In the way: ${who.join("; ")}.` : ""}`,
    hint: "The live schema is as it was. Let those sessions end, or end them, then restore again.",
  });
}
