import { describe, expect, it } from "vitest";
import { kept, made, now, reasonsOf } from "@/jobs/testing/candidates";

describe("a policy", () => {
  it("keeps the newest of days, weeks and months", () => {
    const candidates = made([0, 0.1, 1, 2, 7, 8, 14, 30, 60, 90]);
    expect(kept(candidates, { keepDaily: 2 })).toEqual(["b0", "b1"]);
    // 15 March 2026 is a Sunday: its week began on the 9th.
    expect(kept(candidates, { keepWeekly: 2 })).toEqual(["b0", "b7"]);
    expect(kept(candidates, { keepMonthly: 3 })).toEqual(["b0", "b30", "b60"]);
  });

  it("means the days, weeks and months of its zone", () => {
    // In Kiritimati, 14 hours ahead, the 15th of March begins at 10:00 UTC of the 14th.
    const hours = [3, 13, 27].map((hour) => hour / 24);
    const names = hours.map((age) => `b${age}`);
    expect(kept(made(hours), { keepDaily: 2, timeZone: "UTC" })).toEqual([names[0], names[1]]);
    expect(kept(made(hours), { keepDaily: 2, timeZone: "Pacific/Kiritimati" })).toEqual([names[0], names[2]]);
    // 00:30 of the 1st in Berlin is 23:30 UTC of the 28th.
    const night = new Date("2026-02-28T23:30:00Z");
    const before = new Date("2026-02-28T22:30:00Z");
    const two = made([0, 1, 2]).map((one, n) => ({ ...one, createdAt: [now, night, before][n] ?? now }));
    expect(kept(two, { keepMonthly: 2, timeZone: "Europe/Berlin" })).toEqual(["b0", "b2"]);
    expect(kept(two, { keepMonthly: 2 })).toEqual(["b0", "b1"]);
    expect(reasonsOf(two, { keepWeekly: 2, timeZone: "Europe/Berlin" }).b1).toEqual([
      "the newest of the week 2026-02-23",
    ]);
  });

  it("names the periods that it is about", () => {
    expect(reasonsOf(made([1, 2]), { keepCount: 1, keepWeekly: 1, keepMonthly: 1 })).toMatchObject({
      b2: ["not one of the newest 1", "not the newest of a kept week or month"],
    });
  });
});
