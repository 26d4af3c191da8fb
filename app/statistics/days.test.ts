import { describe, expect, test } from "vitest";
import { fillDays, meanSeconds, readPeriod, successRate } from "@/app/statistics/days";

const now = Date.parse("2026-03-02T00:30:00Z");
const day = (name: string, completed = 1) => ({
  day: name,
  count: 1,
  bytes: 5,
  completed,
  failed: 0,
  meanSeconds: 2,
});

test("a period is one of a few", () => {
  const read = (query: string) => readPeriod(new URLSearchParams(query));
  expect([read(""), read("days=90"), read("days=91"), read("days=1e9")]).toEqual([30, 90, 30, 30]);
});

test("days without an export are there too, in order, today last", () => {
  const days = fillDays([day("2026-03-01"), day("2026-02-27"), day("2026-01-01")], 5, now);
  expect(days.map(({ day: name, completed }) => [name, completed])).toEqual([
    ["2026-02-26", 0],
    ["2026-02-27", 1],
    ["2026-02-28", 0],
    ["2026-03-01", 1],
    ["2026-03-02", 0],
  ]);
});

test("a mean counts exports, not days", () => {
  expect(meanSeconds([])).toBeNull();
  expect(meanSeconds([{ completed: 0, failed: 3, meanSeconds: null }])).toBeNull();
  expect(
    meanSeconds([
      { completed: 3, failed: 0, meanSeconds: 2 },
      { completed: 1, failed: 0, meanSeconds: 10 },
    ]),
  ).toBe(4);
});

describe("a success rate", () => {
  test.each([
    [0, 0, "–"],
    [4, 0, "100 %"],
    [0, 4, "0 %"],
    [2, 1, "67 %"],
    // One failure among many must not be rounded away, nor one success.
    [999, 1, "99 %"],
    [1, 999, "1 %"],
  ])("of %i good and %i bad ones", (completed, failed, rate) => expect(successRate({ completed, failed })).toBe(rate));
});
