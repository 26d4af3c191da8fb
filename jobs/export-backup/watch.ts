import type postgres from "postgres";
import { log } from "@/db/log";
import type { LockWait } from "@/db/schema";
import type { followDump } from "@/jobs/export-backup/estimate";
import { failed } from "@/jobs/lifecycle/failure";
import type { Report } from "@/jobs/lifecycle/lease";
import { lockHolders, lockWaiters, sampleDump } from "@/jobs/postgres/backend";

const lookEvery = 400;
/** pg_blocking_pids takes the lock manager's locks for a moment, so it is asked less often. */
const locksEvery = 2_000;

export type Watched = {
  /** A session of its own: it must not wait behind the counting. */
  sql: postgres.Sql;
  dumpName: string;
  snapshotPid: number;
  follow: ReturnType<typeof followDump>;
  bytesWritten(): number;
  stallSeconds: number;
  report(patch: Report): void;
  /** Ends the dump with this cause. */
  fail(cause: Error): void;
};

/** Share of the whole job that the dump takes in the percentage; the rest is before and after it. */
export const dumpFrom = 2;
export const dumpTo = 97;

/** Looks at the dump again and again, reports what it sees, and ends it when nothing moves any more. */
export function watchDump(watched: Watched): { stop(): Promise<void> } {
  const locks: Locks = { waiters: [], blockers: [], lookedAt: 0 };
  const stall = stallClock(watched.stallSeconds);
  let stopped = false;
  let current: Promise<void> | undefined;
  // The first look comes late: a small dump is over by then, and needs no session to watch it.
  let timer: NodeJS.Timeout | undefined = setTimeout(() => (current = round()), lookEvery);

  async function round() {
    try {
      const sample = await sampleDump(watched.sql, watched.dumpName);
      const bytesWritten = watched.bytesWritten();
      watched.follow.see({
        at: Date.now(),
        oid: sample?.oid ?? null,
        bytes: sample?.bytes ?? 0,
        rows: sample?.rows ?? 0,
        bytesWritten,
      });
      if (sample && Date.now() - locks.lookedAt >= locksEvery) await lookAtLocks(watched, sample.pid, locks);
      watched.report(reportOf(watched, locks));
      if (stall(`${bytesWritten} ${sample?.oid} ${sample?.rows} ${sample?.statementAt}`)) {
        watched.fail(
          failed({ code: "stalled", message: `The dump has not moved for ${watched.stallSeconds} seconds.` }),
        );
      }
    } catch (error) {
      // A look that fails must not end a dump that goes well; if the server is away, pg_dump will say so.
      log.debug({ error }, "a look at the dump failed");
    }
    if (!stopped) timer = setTimeout(() => (current = round()), lookEvery);
  }

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
      watched.report(reportOf(watched, { waiters: [], blockers: [] }));
    },
  };
}

type Locks = { waiters: LockWait[]; blockers: LockWait[]; lookedAt: number };

async function lookAtLocks({ sql, snapshotPid, fail }: Watched, dumpPid: number, locks: Locks) {
  locks.lookedAt = Date.now();
  locks.waiters = await lockWaiters(sql, [dumpPid, snapshotPid]);
  locks.blockers = await lockHolders(sql, dumpPid);
  // A session that came between our locks and pg_dump's: it waits for us and pg_dump waits for it, for ever.
  const between = locks.blockers.find((blocker) => locks.waiters.some((waiter) => waiter.pid === blocker.pid));
  if (between) {
    fail(
      failed({
        code: "blocked_by_lock",
        message: `Another session (${between.user}, process ${between.pid}) asked for a lock just as the dump began.`,
      }),
    );
  }
}

function reportOf({ follow, bytesWritten }: Watched, { waiters, blockers }: Omit<Locks, "lookedAt">): Report {
  const view = follow.view();
  return {
    progressPercentage: dumpFrom + (dumpTo - dumpFrom) * view.fraction,
    bytesDone: view.bytesDone,
    rowsDone: view.rowsDone,
    tablesDone: view.tablesDone,
    tablesTotal: view.tablesTotal,
    currentTable: view.currentTable,
    bytesPerSecond: view.bytesPerSecond,
    etaSeconds: view.etaSeconds,
    currentStep: stepText(view.currentTable, { done: view.tablesDone, total: view.tablesTotal, blocker: blockers[0] }),
    progress: {
      bytesTotal: view.bytesTotal,
      rowsEstimate: view.rowsTotal,
      tables: view.tables,
      waiters,
      blockers,
      bytesWritten: bytesWritten(),
    },
  };
}

function stepText(
  table: string | null,
  { done, total, blocker }: { done: number; total: number; blocker?: LockWait },
): string {
  if (blocker) return `Waiting for a lock held by ${blocker.user} (process ${blocker.pid})`;
  if (table) return `Dumping ${table} (${done + 1} of ${total})`;
  return done > 0 ? "Dumping indexes and constraints" : "Reading definitions";
}

/** Says true once nothing that it is told has changed for so many seconds. */
function stallClock(seconds: number): (state: string) => boolean {
  let last = "";
  let since = Date.now();
  return (state) => {
    if (state !== last) {
      last = state;
      since = Date.now();
    }
    return Date.now() - since > seconds * 1000;
  };
}
