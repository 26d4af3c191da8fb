import { expect, it } from "vitest";
import { outcomeOf, scopeWords, slotInZone } from "@/app/schedule/schedule-words";

const run = { slot: "", jobs: 3, completed: 3, failed: 0, unfinished: 0, errorMessage: null };

it("says what a schedule is of", () => {
  expect(scopeWords({ pattern: null, projectName: "Acme", projectCount: 1 })).toBe("Acme");
  expect(scopeWords({ pattern: "*", projectName: null, projectCount: 3 })).toBe("All projects (3 now)");
  expect(scopeWords({ pattern: "eu-*", projectName: null, projectCount: 1 })).toBe("eu-* (1 now)");
});

it("says how the last run ended, failures first", () => {
  expect(outcomeOf(null)).toEqual({ tone: "idle", words: "Has not run yet" });
  expect(outcomeOf(run)).toEqual({ tone: "good", words: "3 backups made" });
  expect(outcomeOf({ ...run, completed: 1, unfinished: 2 })).toEqual({
    tone: "running",
    words: "Running: 1 of 3 done",
  });
  expect(outcomeOf({ ...run, completed: 1, failed: 1, unfinished: 1 })).toEqual({
    tone: "bad",
    words: "1 of 3 backups failed",
  });
  expect(outcomeOf({ ...run, jobs: 1, completed: 0, failed: 1 }).words).toBe("Failed");
});

it("tells a slot by the clocks of the schedule's zone", () => {
  expect(slotInZone("2026-03-29T01:30:00Z", "Europe/Berlin")).toBe("Sun, 29 Mar 2026, 03:30");
});
