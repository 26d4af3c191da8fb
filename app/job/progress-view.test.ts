import { describe, expect, test } from "vitest";
import { advance, elapsed, smoothEta } from "@/app/job/progress-view";

type Timed = Parameters<typeof advance>[1];

const job = (patch: Partial<Timed> = {}): Timed => ({
  status: "in_progress",
  attempts: 1,
  steps: [{ name: "check", title: "Checking", startedAt: "2026-01-29T15:30:00.100Z", finishedAt: null }],
  progressPercentage: 40,
  etaSeconds: null,
  createdAt: "2026-01-29T15:29:50.000Z",
  startedAt: "2026-01-29T15:30:00.000Z",
  updatedAt: "2026-01-29T15:30:05.000Z",
  ...patch,
});

describe("the percentage", () => {
  test("never falls within an attempt", () => {
    const first = advance(null, job({ progressPercentage: 62 }), 0);
    expect(advance(first, job({ progressPercentage: 58 }), 1000).percent).toBe(62);
  });

  test("starts anew with another attempt", () => {
    const first = advance(null, job({ progressPercentage: 62 }), 0);
    expect(advance(first, job({ attempts: 2, progressPercentage: 1 }), 1000).percent).toBe(1);
  });

  test("starts anew when a stopping worker gave the attempt back", () => {
    const first = advance(null, job({ progressPercentage: 62 }), 0);
    const steps = [{ name: "check", title: "Checking", startedAt: "2026-01-29T15:31:00.000Z", finishedAt: null }];
    expect(advance(first, job({ steps, progressPercentage: 3 }), 1000).percent).toBe(3);
    expect(advance(first, job({ status: "pending", progressPercentage: 0 }), 1000).percent).toBe(0);
  });
});

describe("the time that has passed", () => {
  test("comes from the server's clock, whatever the browser believes", () => {
    expect(elapsed(advance(null, job(), 123_456))).toBe(5_000);
  });

  test("goes on between answers and never back", () => {
    const first = advance(null, job(), 1000);
    const second = advance(first, job(), 1900);
    expect(elapsed(second)).toBe(5_900);
    // Written at 5.5 s, seen at 6 s: what was known before was nearer.
    const late = advance(second, job({ updatedAt: "2026-01-29T15:30:05.500Z" }), 2000);
    expect(elapsed(late)).toBe(6_000);
  });

  test("counts from the creation while nobody has started, then from the start", () => {
    const waiting = job({ status: "pending", startedAt: null, updatedAt: "2026-01-29T15:29:50.000Z" });
    const first = advance(null, waiting, 0);
    expect(elapsed(advance(first, waiting, 3000))).toBe(3000);
    expect(elapsed(advance(first, job({ updatedAt: "2026-01-29T15:30:00.000Z" }), 3000))).toBe(0);
  });
});

describe("the time left", () => {
  test("is hidden when nobody knows it", () => {
    expect(smoothEta(8, null, 1)).toBeNull();
    expect(smoothEta(null, 12, 1)).toBe(12);
  });

  test("counts down while the estimates agree", () => {
    expect(smoothEta(20, 18, 1)).toBe(19);
    expect(smoothEta(1, 0, 5)).toBe(0);
  });

  test("moves half way to an estimate that differs", () => {
    expect(smoothEta(20, 39, 1)).toBe(29);
  });

  test("takes the age of an answer into account", () => {
    const first = advance(null, job({ etaSeconds: 30 }), 0);
    expect(advance(first, job({ etaSeconds: 30 }), 4000).eta).toBe(26);
  });
});
