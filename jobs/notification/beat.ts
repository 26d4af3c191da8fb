import { createHash } from "node:crypto";
import { and, count, eq, gt, isNotNull, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { db, type Tx } from "@/db/client";
import { jobs, notifications, scheduleRuns, schedules } from "@/db/schema";
import { enqueue } from "@/jobs/notification/enqueue";
import type { Beat } from "@/jobs/notification/heartbeat";

/** A slot of a schedule, which is of one project or of hundreds. */
type Run = { scheduleId: string; slot: Date };

/** What a run begins with. A monitor hears later that projects were left out. */
type Start = Beat & { leftOut: number };

/** Of nobody's runs is the end told that late. */
const longest = sql`interval '7 days'`;

/** Has the monitor of a schedule, if it has one, told that a run starts, in the transaction that starts it. */
export async function beatStart(
  tx: Tx,
  { id, heartbeatUrl: url }: Pick<typeof schedules.$inferSelect, "id" | "heartbeatUrl">,
  { slot, leftOut }: { slot: Date; leftOut: number },
): Promise<void> {
  if (!url) return;
  const run = { scheduleId: id, slot };
  const facts: Start = { signal: "start", runId: runIdOf(run), leftOut };
  const onceKey = `heartbeat:${id}:${slot.getTime()}:start`;
  await enqueue(tx, [{ direct: { kind: "heartbeat", url }, about: "heartbeat", facts, onceKey }]);
}

/**
 * One round: has the ends told of runs whose jobs are all over: well, if each of them has made its backup and none was left out. Any number of
 * workers may do this at once.
 */
export async function beatEnds(): Promise<void> {
  for (const { url, scheduleId, slot, onceKey, ...came } of await untoldEnds()) {
    const why = complaintOf(came);
    const facts: Beat = { signal: why ? "fail" : "success", runId: runIdOf({ scheduleId, slot }), why };
    await db.transaction((tx) =>
      enqueue(tx, [{ direct: { kind: "heartbeat", url: url ?? "" }, about: "heartbeat", facts, onceKey }]),
    );
  }
}

/** Runs that are over, and whose monitor has heard of their start alone. */
export function untoldEnds() {
  const start = alias(notifications, "start_told");
  const end = alias(notifications, "end_told");
  const key = sql`'heartbeat:' || ${scheduleRuns.scheduleId} || ':' || (extract(epoch from ${scheduleRuns.slot}) * 1000)::bigint`;
  const endKey = sql<string>`${key} || ':end'`;
  const leftOut = sql<number>`coalesce(max((${start.facts} ->> 'leftOut')::int), 0)`;
  return db
    .select({
      scheduleId: schedules.id,
      url: schedules.heartbeatUrl,
      slot: scheduleRuns.slot,
      onceKey: endKey,
      all: count(),
      good: sql<number>`(count(*) filter (where ${jobs.status} = 'completed'))::int`,
      leftOut,
      cause: sql<
        string | null
      >`min(coalesce(${jobs.errorMessage}, 'It was cancelled.')) filter (where ${jobs.status} <> 'completed')`,
    })
    .from(scheduleRuns)
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .innerJoin(jobs, eq(jobs.id, scheduleRuns.jobId))
    .innerJoin(start, eq(start.onceKey, sql`${key} || ':start'`))
    .where(
      and(
        isNotNull(schedules.heartbeatUrl),
        gt(scheduleRuns.createdAt, sql`now() - ${longest}`),
        notExists(db.select({ id: end.id }).from(end).where(eq(end.onceKey, endKey))),
      ),
    )
    .groupBy(schedules.id, scheduleRuns.scheduleId, scheduleRuns.slot)
    .having(sql`count(*) = count(${jobs.finishedAt})`);
}

type Came = { all: number; good: number; leftOut: number; cause: string | null };

/** What was wrong with a run; undefined when all is well. */
function complaintOf({ all, good, leftOut, cause }: Came): string | undefined {
  const bad = all - good;
  const failed = bad > 0 && all > 1 ? `${bad} of ${all} backups were not made, for one: ${cause}` : cause;
  const late = leftOut > 0 && `${leftOut} left out, since the last export has not ended.`;
  return [failed, late].filter(Boolean).join(" ") || undefined;
}

/** A UUID of version 8 (RFC 9562), as monitors want one to tell runs apart. */
export function runIdOf({ scheduleId, slot }: Run): string {
  const hash = createHash("sha256").update(`${scheduleId} ${slot.toISOString()}`).digest("hex");
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`];
  return [...parts, hash.slice(20, 32)].join("-");
}
