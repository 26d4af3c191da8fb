import { eq, type SQL, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { scheduleRuns, schedules } from "@/db/schema";
import { scheduleOptions } from "@/jobs/schedule/options";
import type { Schedule } from "@/jobs/schedule/start-slot";
import { unique } from "@/jobs/testing/tenant";

type Values = typeof schedules.$inferInsert;
type Changes = { [Name in keyof Values]?: Values[Name] | SQL };

/** A schedule of every five minutes, whose slot of so many seconds ago was due, unless the changes say otherwise. */
export async function makeSchedule(changes: Changes): Promise<Schedule> {
  const [row] = await db
    .insert(schedules)
    .values({
      name: `schedule ${unique()}`,
      cron: "*/5 * * * *",
      timeZone: "UTC",
      options: scheduleOptions.parse({ format: "custom" }),
      nextRunAt: lastFiveMinutes,
      ...changes,
    })
    .returning();
  if (!row) throw new Error("no schedule");
  return row;
}

/** The last slot of every five minutes, by the database's clock. */
export const lastFiveMinutes = sql`to_timestamp(floor(extract(epoch from now()) / 300) * 300)`;

export async function scheduleNow(id: string): Promise<Schedule> {
  const [row] = await db.select().from(schedules).where(eq(schedules.id, id));
  if (!row) throw new Error("no schedule");
  return row;
}

export const changeSchedule = (id: string, changes: Changes) =>
  db.update(schedules).set(changes).where(eq(schedules.id, id));

/** What its slots have started, the oldest first. */
export const runsOf = (id: string) =>
  db
    .select()
    .from(scheduleRuns)
    .where(eq(scheduleRuns.scheduleId, id))
    .orderBy(scheduleRuns.slot, scheduleRuns.projectId);
