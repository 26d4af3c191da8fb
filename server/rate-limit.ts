import { sql } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { rateLimits } from "@/db/schema";
import { batched } from "@/server/batched";
import { serverEnv } from "@/server/env";

export type Limit = { calls: number; seconds: number };

/** What a client may still do. `resetSeconds` is the time until the window ends. */
export type Allowance = { limit: number; remaining: number; resetSeconds: number };

/** The limits that procedures name in their `meta`. */
export const limits = {
  export: (): Limit => ({ calls: serverEnv().EXPORTS_PER_MINUTE, seconds: 60 }),
  import: (): Limit => ({ calls: serverEnv().IMPORTS_PER_MINUTE, seconds: 60 }),
  status: (): Limit => ({ calls: serverEnv().STATUS_READS_PER_SECOND, seconds: 1 }),
  "sign-in": (): Limit => ({ calls: serverEnv().SIGN_INS_PER_MINUTE, seconds: 60 }),
};

export type LimitName = keyof typeof limits;

/**
 * Counts a call in PostgreSQL, so that the limit holds across web processes. Gives null where there is no
 * limit; throws RATE_LIMIT_EXCEEDED when it is one too many.
 */
export async function countCall(name: LimitName, client: string): Promise<Allowance | null> {
  const limit = limits[name]();
  if (limit.calls === 0) return null;
  const key = `${name}:${client}`;
  const until = spent.get(key) ?? 0;
  if (until > performance.now()) throw exceeded((until - performance.now()) / 1000);
  const { calls, seconds: left } = await count({ key, seconds: limit.seconds });
  // The column rounds to milliseconds, so a window may seem to be a little longer than it is.
  const seconds = Math.min(left, limit.seconds);
  if (calls <= limit.calls)
    return { limit: limit.calls, remaining: limit.calls - calls, resetSeconds: Math.ceil(seconds) };
  remember(key, seconds);
  throw exceeded(seconds);
}

function exceeded(seconds: number): AppError {
  const retryAfter = Math.max(1, Math.ceil(seconds));
  const wait = retryAfter === 1 ? "a second" : `${retryAfter} seconds`;
  return new AppError("RATE_LIMIT_EXCEEDED", `Too many requests. Wait ${wait}, then try again.`, { retryAfter });
}

/** Clients that have used up their window, and until when: a flood costs the database nothing. */
const spent = new Map<string, number>();
const spentAtMost = 10_000;

function remember(key: string, seconds: number) {
  if (spent.size >= spentAtMost) spent.clear();
  spent.set(key, performance.now() + seconds * 1000);
}

type Call = { key: string; seconds: number };
/** How many calls there were with this one, and the seconds until the window ends. */
type Counted = { calls: number; seconds: number };

/** What comes in the same moment is counted together: under load one write serves many. */
const count = batched(async (calls: Call[]): Promise<Counted[]> => {
  const groups = Map.groupBy(calls, ({ key }) => key);
  const written = new Map((await write(groups)).map((row) => [row.key, row]));
  const seen = new Map<string, number>();
  return calls.map(({ key }) => {
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    const { calls, seconds } = written.get(key) ?? { calls: 0, seconds: 0 };
    return { calls: calls - (groups.get(key)?.length ?? 0) + nth, seconds };
  });
});

async function write(groups: Map<string, Call[]>): Promise<({ key: string } & Counted)[]> {
  const keys = [...groups.keys()];
  const ordered = [...groups.values()];
  return counts().execute({
    keys,
    calls: ordered.map((group) => group.length),
    seconds: ordered.map((group) => group[0]?.seconds ?? 0),
  });
}

let prepared: ReturnType<typeof prepareCounts> | undefined;
const counts = () => (prepared ??= prepareCounts());

/** In the order of the keys: two processes that count the same clients never wait for each other in a circle. */
function prepareCounts() {
  const { key, calls, windowEndsAt } = rateLimits;
  const isOver = sql`${windowEndsAt} <= now()`;
  // In the order of the table's columns.
  const called = sql`select t.key, now() + make_interval(secs => t.seconds), t.calls
    from unnest(${sql.placeholder("keys")}::text[], ${sql.placeholder("calls")}::int[], ${sql.placeholder("seconds")}::float8[])
      as t (key, calls, seconds) order by t.key`;
  return db
    .insert(rateLimits)
    .select(called)
    .onConflictDoUpdate({
      target: key,
      set: {
        calls: sql`case when ${isOver} then excluded.calls else ${calls} + excluded.calls end`,
        windowEndsAt: sql`case when ${isOver} then excluded.window_ends_at else ${windowEndsAt} end`,
      },
    })
    .returning({ key, calls, seconds: sql<number>`extract(epoch from ${windowEndsAt} - now())::float8` })
    .prepare("count_calls");
}

/** Forgets windows that are over. */
export const forgetWindows = () =>
  db.execute(sql`delete from ${rateLimits} where window_ends_at < now() - interval '1 minute'`);
