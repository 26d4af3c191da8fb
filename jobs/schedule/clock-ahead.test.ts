import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { tick } from "@/jobs/schedule/tick";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { changeSchedule, makeSchedule, scheduleNow } from "@/jobs/testing/schedule";
import { unique } from "@/jobs/testing/tenant";

givenControlPlane();

const ahead = sql`now() + interval '300 days'`;
const minutesUntil = async (id: string) => {
  const { nextRunAt, updatedAt } = await scheduleNow(id);
  return [nextRunAt, updatedAt].map((at) => ((at?.getTime() ?? Number.NaN) - Date.now()) / 60_000);
};

it("a schedule that had nothing to start while the clock was ahead is planned anew when that is right again", async () => {
  const { id } = await makeSchedule({ pattern: `nobody-${unique()}` });
  await tick();
  const { lastSlot, slots } = await scheduleNow(id);
  expect([lastSlot, slots]).toEqual([expect.any(Date), 0]);
  await changeSchedule(id, { nextRunAt: ahead, lastSlot: ahead });
  await tick();
  expect((await minutesUntil(id))[0]).toBeLessThanOrEqual(5.1);
});

it("so is one that was made or resumed then", async () => {
  const { id } = await makeSchedule({ pattern: `nobody-${unique()}`, nextRunAt: ahead, updatedAt: ahead });
  await tick();
  const [next, updated] = await minutesUntil(id);
  expect(next).toBeLessThanOrEqual(5.1);
  expect(updated).toBeLessThanOrEqual(0.1);
});
