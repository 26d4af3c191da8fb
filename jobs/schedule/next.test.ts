import { describe, expect, it } from "vitest";
import { lastSlot, nextSlot, nextSlots } from "@/jobs/schedule/next";
import type { Rule } from "@/jobs/schedule/rule";

const rule = (cron: string, timeZone = "Europe/Berlin"): Rule => ({ cron, timeZone });
const at = (text: string) => new Date(text);
const slots = (wanted: Rule, after: string, count: number) =>
  nextSlots(wanted, at(after), count).map((slot) => slot.toISOString().slice(0, 16));

describe("the next slot", () => {
  it("is by the clocks of the zone, and never the instant itself", () => {
    expect(slots(rule("0 2 * * *"), "2026-01-10T12:00:00Z", 2)).toEqual(["2026-01-11T01:00", "2026-01-12T01:00"]);
    expect(slots(rule("0 2 * * *"), "2026-01-11T01:00:00Z", 1)).toEqual(["2026-01-12T01:00"]);
    expect(slots(rule("0 2 * * *"), "2026-01-11T00:59:59.999Z", 1)).toEqual(["2026-01-11T01:00"]);
    expect(slots(rule("30 9 * * 1-5", "Asia/Kathmandu"), "2026-01-09T12:00:00Z", 1)).toEqual(["2026-01-12T03:45"]);
    expect(slots(rule("0 0 * * *", "Pacific/Apia"), "2026-06-01T00:00:00Z", 1)).toEqual(["2026-06-01T11:00"]);
  });

  it("is where the month has such a day", () => {
    expect(slots(rule("0 3 31 * *", "UTC"), "2026-01-31T12:00:00Z", 4)).toEqual(
      ["2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31"].map((day) => `${day}T03:00`),
    );
    expect(slots(rule("0 3 L * *", "UTC"), "2028-01-31T12:00:00Z", 2)).toEqual([
      "2028-02-29T03:00",
      "2028-03-31T03:00",
    ]);
    expect(slots(rule("0 0 29 2 *", "UTC"), "2026-01-01T00:00:00Z", 2)).toEqual([
      "2028-02-29T00:00",
      "2032-02-29T00:00",
    ]);
    expect(slots(rule("59 23 31 12 *", "UTC"), "2026-12-31T23:58:00Z", 1)).toEqual(["2026-12-31T23:59"]);
  });

  it("is there when either day fits, of the month or of the week", () => {
    expect(slots(rule("0 0 13 * 5", "UTC"), "2026-02-01T00:00:00Z", 3)).toEqual(
      ["2026-02-06", "2026-02-13", "2026-02-20"].map((day) => `${day}T00:00`),
    );
  });
});

describe("the night when clocks go forward", () => {
  it("runs what is in the skipped hour once, as much later", () => {
    expect(slots(rule("30 2 * * *"), "2026-03-28T12:00:00Z", 2)).toEqual(["2026-03-29T01:30", "2026-03-30T00:30"]);
    expect(slots(rule("0 2 * * *"), "2026-03-28T12:00:00Z", 2)).toEqual(["2026-03-29T01:00", "2026-03-30T00:00"]);
  });

  it("runs two rules' worth of one instant once, and in the order of time", () => {
    expect(slots(rule("30 2,3 * * *"), "2026-03-28T12:00:00Z", 2)).toEqual(["2026-03-29T01:30", "2026-03-30T00:30"]);
    // 02:30 has become 03:30, which comes after 03:10.
    expect(slots(rule("30,10 2,3 * * *"), "2026-03-28T12:00:00Z", 3)).toEqual([
      "2026-03-29T01:10",
      "2026-03-29T01:30",
      "2026-03-30T00:10",
    ]);
  });

  it("knows of clocks that change by half an hour, and at midnight", () => {
    expect(slots(rule("15 2 * * *", "Australia/Lord_Howe"), "2026-10-02T16:00:00Z", 2)).toEqual([
      "2026-10-03T15:45",
      "2026-10-04T15:15",
    ]);
    expect(slots(rule("0 0 * * *", "America/Havana"), "2026-03-07T12:00:00Z", 2)).toEqual([
      "2026-03-08T05:00",
      "2026-03-09T04:00",
    ]);
  });

  it("leaves no gap in a rule for every hour", () => {
    expect(slots(rule("*/30 * * * *"), "2026-03-29T00:00:00Z", 4)).toEqual(
      ["00:30", "01:00", "01:30", "02:00"].map((time) => `2026-03-29T${time}`),
    );
  });
});

describe("the night when clocks go back", () => {
  it("runs what is in the repeated hour once, wherever one looks from", () => {
    const wanted = rule("30 2 * * *");
    const expected = ["2026-10-25T00:30", "2026-10-26T01:30"];
    expect(slots(wanted, "2026-10-24T12:00:00Z", 2)).toEqual(expected);
    for (const from of ["00:30", "00:45", "01:00", "01:15", "01:30", "02:00"])
      expect(slots(wanted, `2026-10-25T${from}:00Z`, 1)).toEqual(expected.slice(1));
  });

  it("leaves no gap in a rule for every hour", () => {
    expect(slots(rule("*/30 * * * *"), "2026-10-24T23:30:00Z", 6)).toEqual(
      ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30"].map((time) => `2026-10-25T${time}`),
    );
  });
});

describe("the last slot that is due", () => {
  const last = (wanted: Rule, from: string, until: string) => {
    const found = lastSlot(wanted, at(from), at(until));
    return found && [found.slot.toISOString().slice(0, 16), found.count];
  };

  it("is the latest of those missed, with how many they were", () => {
    const wanted = rule("0 2 * * *", "UTC");
    expect(last(wanted, "2026-01-10T02:00:00Z", "2026-01-10T02:00:00Z")).toEqual(["2026-01-10T02:00", 1]);
    expect(last(wanted, "2026-01-10T02:00:00Z", "2026-01-14T01:59:59Z")).toEqual(["2026-01-13T02:00", 4]);
    expect(last(wanted, "2026-01-10T02:00:01Z", "2026-01-11T01:59:59Z")).toBeNull();
    expect(last(wanted, "2026-01-12T02:00:00Z", "2026-01-11T01:00:00Z")).toBeNull();
  });

  it("is found for a rule that runs once in years, and after years for one that runs always", () => {
    expect(last(rule("0 0 29 2 *", "UTC"), "2020-01-01T00:00:00Z", "2027-12-31T00:00:00Z")).toEqual([
      "2024-02-29T00:00",
      2,
    ]);
    expect(last(rule("*/5 * * * *"), "2016-01-01T00:00:00Z", "2026-01-01T00:02:00Z")).toEqual([
      "2026-01-01T00:00",
      1000,
    ]);
  });

  it.each([
    ["30 2 * * *", "Europe/Berlin"],
    ["0 0 * * *", "America/Havana"],
    ["15 2 * * *", "Australia/Lord_Howe"],
  ])("is the same that was said to be next, once a day, through both changes of a year: %s %s", (cron, zone) => {
    const wanted = rule(cron, zone);
    for (const from of ["2026-03-01T12:00:00Z", "2026-10-01T12:00:00Z"]) {
      let slot = at(from);
      for (let day = 0; day < 45; day++) {
        const next = nextSlot(wanted, slot) ?? slot;
        expect(next.getTime()).toBeGreaterThan(slot.getTime());
        expect(lastSlot(wanted, next, next)).toEqual({ slot: next, count: 1 });
        expect(lastSlot(wanted, next, new Date(next.getTime() + 3_600_000))).toEqual({ slot: next, count: 1 });
        slot = next;
      }
      const days = (slot.getTime() - at(from).getTime()) / 86_400_000;
      expect(Math.abs(days - 45)).toBeLessThanOrEqual(1);
    }
  });
});
