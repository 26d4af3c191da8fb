import { asc, eq, isNull, sql } from "drizzle-orm";
import { type Check, rowOf } from "@/bench/checks";
import { type ClockLab, pastSlot } from "@/bench/clock/fake-time";
import type { Row } from "@/bench/report";
import { allDone, say } from "@/bench/settle";
import { makeTenant } from "@/bench/tenant";
import { db } from "@/db/client";
import { backups, jobs, scheduleRuns, schedules } from "@/db/schema";
import { nextSlot } from "@/jobs/schedule/next";
import { scheduleOptions } from "@/jobs/schedule/options";
import type { Rule } from "@/jobs/schedule/rule";

/** What the clock shows in turn, and which slots have run by then. A time goes on until 15 seconds after it; then it jumps to the next. */
type Story = { what: string; rules: Rule[]; from: string; until: string[]; slots: string[] };

const berlin = "Europe/Berlin";
const night: Rule = { cron: "30 2 * * *", timeZone: berlin };

/** In the order of time, but for the last. Slots of the night are meant by clocks in Berlin; all that is here is in UTC. */
const stories: Story[] = [
  {
    what: "a month without the 31st",
    rules: [{ cron: "15 3 31 * *", timeZone: "UTC" }],
    from: "2027-01-31T03:14:50Z",
    until: ["2027-01-31T03:15:00Z", "2027-02-28T03:15:00Z", "2027-03-01T03:15:00Z", "2027-03-31T03:15:00Z"],
    slots: ["2027-01-31T03:15:00Z", "2027-03-31T03:15:00Z"],
  },
  {
    what: "the 29th of February",
    rules: [{ cron: "15 3 29 2 *", timeZone: "UTC" }],
    from: "2027-04-01T00:00:00Z",
    until: ["2028-02-28T03:15:00Z", "2028-02-29T03:15:00Z", "2028-03-01T03:15:00Z"],
    slots: ["2028-02-29T03:15:00Z"],
  },
  {
    what: "the hour that is skipped in spring",
    rules: [night],
    from: "2028-03-25T01:29:50Z",
    // 02:30 there is none on the 26th: it runs at 03:30, which is an hour earlier than it would have been.
    until: ["2028-03-25T01:30:00Z", "2028-03-26T00:30:00Z", "2028-03-26T01:30:00Z", "2028-03-27T00:30:00Z"],
    slots: ["2028-03-25T01:30:00Z", "2028-03-26T01:30:00Z", "2028-03-27T00:30:00Z"],
  },
  {
    what: "the hour that is repeated in autumn",
    rules: [night, { cron: "30 * * * *", timeZone: berlin }],
    from: "2028-10-29T00:29:50Z",
    until: ["2028-10-29T00:30:00Z", "2028-10-29T01:30:00Z"],
    slots: ["2028-10-29T00:30:00Z", "2028-10-29T00:30:00Z", "2028-10-29T01:30:00Z"],
  },
  {
    what: "a clock that jumps forward by ten nights",
    rules: [night],
    from: "2028-12-01T01:29:50Z",
    until: ["2028-12-01T01:30:00Z", "2028-12-11T12:00:00Z"],
    slots: ["2028-12-01T01:30:00Z", "2028-12-11T01:30:00Z"],
  },
  {
    what: "a clock that goes back by a year",
    rules: [night],
    from: "2028-12-20T01:29:50Z",
    until: ["2028-12-20T01:30:00Z", "2027-12-20T01:30:00Z", "2027-12-21T01:30:00Z"],
    slots: ["2028-12-20T01:30:00Z", "2027-12-20T01:30:00Z", "2027-12-21T01:30:00Z"],
  },
];

/** A database server whose clock goes through the turns of summer time, ends of months and jumps, with a worker that makes the backups. */
export async function benchClock(lab: ClockLab): Promise<Row[]> {
  await makeTenant(lab.tenants, "clocked", 1);
  const { id: projectId } = await lab.addProject("clocked");
  await lab.setClock(stories[0]?.from ?? "");
  const worker = await lab.start("worker");
  const rows: Row[] = [];
  for (const story of stories) rows.push(rowOf(await pass(lab, projectId, story)));
  await lab.stop(worker);
  return rows;
}

/** A jump lands so many seconds before the time that it is for, so that workers see that come. */
const before = 25_000;

async function pass(lab: ClockLab, projectId: string, { what, rules, from, until, slots }: Story): Promise<Check> {
  say(what);
  await lab.setClock(from);
  for (const rule of rules) {
    const name = `${what}: ${rule.cron}`;
    const nextRunAt = nextSlot(rule, new Date(from));
    await db
      .insert(schedules)
      .values({ ...rule, name, projectId, nextRunAt, options: scheduleOptions.parse({ format: "custom" }) });
  }
  for (const time of until) {
    await lab.setClock(new Date(Date.parse(time) - before).toISOString());
    await pastSlot(time);
    await allDone();
  }
  const runs = await db
    .select({ slot: scheduleRuns.slot, name: schedules.name, status: jobs.status, backupId: backups.id })
    .from(scheduleRuns)
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .innerJoin(jobs, eq(jobs.id, scheduleRuns.jobId))
    .leftJoin(backups, eq(backups.jobId, jobs.id))
    .where(isNull(schedules.pausedAt))
    .orderBy(asc(jobs.createdAt));
  await db.update(schedules).set({ pausedAt: sql`now()`, nextRunAt: null });
  const ran = runs.map(({ slot }) => slot.toISOString());
  const wanted = slots.map((slot) => new Date(slot).toISOString());
  const same = ran.toSorted().join() === wanted.toSorted().join();
  const bad = runs.filter(({ backupId }) => backupId === null);
  return {
    what,
    wrong: [
      ...(same ? [] : [`ran ${ran.join(", ") || "never"} instead of ${wanted.join(", ")}`]),
      ...bad.map(({ slot, status }) => `no backup of ${slot.toISOString()}: ${status}`),
    ],
  };
}
