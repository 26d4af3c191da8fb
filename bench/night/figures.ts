import { eq, sql } from "drizzle-orm";
import { median } from "@/bench/measure";
import type { Night } from "@/bench/night/checks";
import type { NightOptions } from "@/bench/night/night";
import type { NightReceiver } from "@/bench/night/receiver";
import type { Row } from "@/bench/report";
import { db } from "@/db/client";
import { jobs, scheduleRuns, schedules } from "@/db/schema";
import { spread } from "@/jobs/schedule/spread";

type Seen = {
  options: NightOptions;
  notices: { told: number; repeated: number; outages: number };
  receiver: NightReceiver;
  peakBytes: number;
};

/** What the night was like, in numbers without a target. */
export async function figures(
  { slot, tenants }: Night,
  { options, notices, receiver, peakBytes }: Seen,
): Promise<Row[]> {
  const runs = await db
    .select({ schedule: schedules, job: jobs })
    .from(scheduleRuns)
    .innerJoin(jobs, eq(jobs.id, scheduleRuns.jobId))
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .where(sql`${scheduleRuns.slot} = ${slot.toISOString()}::timestamptz`);
  const copies = await db
    .select()
    .from(jobs)
    .where(sql`${jobs.kind} = 'copy_backup' and ${jobs.createdAt} >= ${slot.toISOString()}`);
  const sinceSlot = (times: (Date | null)[]) =>
    (Math.max(...times.map((time) => time?.getTime() ?? 0)) - slot.getTime()) / 1000;
  const exportsTook = sinceSlot(runs.map(({ job }) => job.finishedAt));
  const lags = lagsOf(runs, slot);
  const again = (all: { attempts: number }[]) => all.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  const { spreadSeconds, outageSeconds, workers } = options;
  const of = `${tenants.length} tenants, ${workers} workers, spread over ${spreadSeconds} s`;
  const row = (what: string, result: number, unit = "") => ({ what, ours: "", peer: "", result, unit, target: null });
  return [
    row(`${of}: from the slot to the last backup`, exportsTook, "s"),
    row(
      `the same to the last copy, with the bucket away for ${outageSeconds} s`,
      sinceSlot(copies.map((job) => job.finishedAt)),
      "s",
    ),
    row("backups per minute", runs.length / (exportsTook / 60)),
    row("start behind its planned time, median", median(lags), "s"),
    row("start behind its planned time, greatest", Math.max(...lags), "s"),
    row("attempts of exports beyond the first", again(runs.map(({ job }) => job))),
    row("attempts of copies beyond the first", again(copies)),
    row("peak memory of a worker", peakBytes / 1e6, "MB"),
    row("webhooks received", notices.told),
    row("webhooks that were put off once by their receiver", receiver.counts().refused),
    row("webhooks sent again with the same id", notices.repeated),
    row("pings of the monitor", receiver.beats.length),
    row("times that the destination was found unhealthy", notices.outages),
  ];
}

type Run = { schedule: typeof schedules.$inferSelect; job: typeof jobs.$inferSelect };

/** By how many seconds each run began after the time that its place in the spread gives it. */
function lagsOf(runs: Run[], slot: Date): number[] {
  const bySchedule = Map.groupBy(runs, ({ schedule }) => schedule.id);
  return [...bySchedule.values()].flatMap((all) => {
    const [first] = all;
    if (!first) return [];
    const delays = spread(
      first.schedule,
      all.map(({ job }) => job.projectId ?? ""),
    );
    return all.map(({ job }) => {
      const planned = slot.getTime() + (delays.get(job.projectId ?? "") ?? 0) * 1000;
      return ((job.startedAt?.getTime() ?? Number.NaN) - planned) / 1000;
    });
  });
}
