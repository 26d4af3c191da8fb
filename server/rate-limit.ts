import { sql } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { rateLimits } from "@/db/schema";

export type Limit = { calls: number; seconds: number };

/** Counts a call in PostgreSQL, so that the limit holds across web processes. Throws RATE_LIMIT_EXCEEDED when it is one too many. */
export async function countCall(key: string, limit: Limit): Promise<void> {
  const window = sql`now() + make_interval(secs => ${limit.seconds})`;
  const isOver = sql`${rateLimits.windowEndsAt} <= now()`;
  const [row] = await db
    .insert(rateLimits)
    .values({ key, calls: 1, windowEndsAt: window })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        calls: sql`case when ${isOver} then 1 else ${rateLimits.calls} + 1 end`,
        windowEndsAt: sql`case when ${isOver} then ${window} else ${rateLimits.windowEndsAt} end`,
      },
    })
    .returning({
      calls: rateLimits.calls,
      wait: sql<number>`ceil(extract(epoch from ${rateLimits.windowEndsAt} - now()))::int`,
    });
  if (!row || row.calls <= limit.calls) return;
  const retryAfter = Math.max(1, row.wait);
  throw new AppError("RATE_LIMIT_EXCEEDED", `Too many tries. Wait ${retryAfter} seconds, then try again.`, {
    retryAfter,
  });
}
