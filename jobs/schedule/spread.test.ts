import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { matchesPattern } from "@/jobs/schedule/pattern";
import { spread } from "@/jobs/schedule/spread";

describe("a spread", () => {
  const ids = Array.from({ length: 500 }, () => randomUUID());
  const schedule = { id: randomUUID(), spreadSeconds: 3600 };

  it("is even over the time, whatever the order, and the same again", () => {
    const delays = spread(schedule, ids);
    expect(delays.size).toBe(500);
    const sorted = [...delays.values()].toSorted((a, b) => a - b);
    expect(sorted).toEqual(Array.from({ length: 500 }, (_, n) => Math.floor(n * 7.2)));
    expect(Object.fromEntries(spread(schedule, ids.toReversed()))).toEqual(Object.fromEntries(delays));
  });

  it("has another order for another schedule", () => {
    expect(spread({ ...schedule, id: randomUUID() }, ids)).not.toEqual(spread(schedule, ids));
  });

  it("is none at all for one project, or no time", () => {
    expect([...spread(schedule, [ids[0] ?? ""]).values()]).toEqual([0]);
    expect(new Set(spread({ ...schedule, spreadSeconds: 0 }, ids).values())).toEqual(new Set([0]));
    expect(spread(schedule, []).size).toBe(0);
  });
});

describe("a pattern", () => {
  it.each([
    ["acme", "acme"],
    ["acme", "*"],
    ["acme", "a*"],
    ["acme", "*me"],
    ["acme", "a*e"],
    ["acme", "acme*"],
    ["acme", "**"],
    ["acme-eu-1", "acme-*-1"],
    ["a-b-b", "*-b"],
    ["aXbXc", "a*b*c"],
    ["", "*"],
  ])("%s matches %s", (name, pattern) => expect(matchesPattern(name, pattern)).toBe(true));

  it.each([
    ["acme", "acm"],
    ["acme", "Acme"],
    ["acme", "b*"],
    ["acme", "*x*"],
    ["aba", "ab*ba"],
    ["acme", ""],
    ["acme", "a.me"],
    ["acme", "a?me"],
    ["a-b", "a*-b*-b"],
  ])("%s does not match %s", (name, pattern) => expect(matchesPattern(name, pattern)).toBe(false));

  it("takes no time for many stars", () => {
    expect(matchesPattern("a".repeat(100), `${"a*".repeat(49)}b`)).toBe(false);
  });
});
