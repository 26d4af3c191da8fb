import { describe, expect, test } from "vitest";
import { missedWords, planWords, reasonWords } from "@/app/cleanup/cleanup-words";

const plan = (deleted: number, kept: number, freedBytes = 0) =>
  planWords({ deleted: Array(deleted).fill(null), kept: Array(kept).fill(null), freedBytes });

describe("a plan in words", () => {
  test.each([
    [0, 0, 0, "There is no backup yet."],
    [0, 1, 0, "The only backup stays."],
    [0, 24, 0, "All 24 backups stay."],
    [1, 4, 2_000, "1 of 5 backups goes, which frees 2 kB."],
    [5, 19, 31_000_000, "5 of 24 backups go, which frees 31 MB."],
  ])("%i go, %i stay", (...[deleted, kept, bytes, words]) => expect(plan(deleted, kept, bytes)).toBe(words));

  test("gives each backup its reasons", () => {
    expect(reasonWords({ reasons: ["pinned", "the last good one"] })).toBe("Pinned, the last good one");
    expect(reasonWords({ reasons: [] })).toBe("No rule is about it");
  });
});

test("what was not carried out is told", () => {
  expect(missedWords(3, 3)).toBeNull();
  expect(missedWords(3, 2)).toContain("One of them");
  expect(missedWords(1200, 1)).toContain("1,199 of them");
});
