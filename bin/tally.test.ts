import { expect, it } from "vitest";
import { add, playwrightTally, vitestTally } from "@/bin/tally";

const report = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
});
const browserReport = (stats: object) => ({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats } });

it("counts what passed and what failed", () => {
  expect(vitestTally(report(12, 2), false)).toEqual({ passed: 12, failed: 2 });
  expect(playwrightTally(browserReport({ expected: 5, flaky: 1, unexpected: 2 }), false)).toEqual({
    passed: 6,
    failed: 2,
  });
});

it("counts a file that could not be loaded", () => {
  const files = [{ status: "failed", assertionResults: [] }];
  expect(vitestTally(report(3, 0, files), false)).toEqual({ passed: 3, failed: 1 });
});

it("never lets a failed run pass for a good one", () => {
  expect(vitestTally(report(3, 0), false)).toEqual({ passed: 3, failed: 1 });
  expect(vitestTally(undefined, false)).toEqual({ passed: 0, failed: 1 });
  expect(vitestTally(undefined, true)).toEqual({ passed: 0, failed: 1 });
  expect(playwrightTally({ errors: [] }, false)).toEqual({ passed: 0, failed: 1 });
});

it("takes a run of nothing for a failure", () => {
  expect(vitestTally(report(0, 0), true)).toEqual({ passed: 0, failed: 1 });
  expect(playwrightTally(browserReport({}), true)).toEqual({ passed: 0, failed: 1 });
});

it("adds up", () => {
  expect(add({ passed: 1, failed: 2 }, { passed: 3, failed: 4 })).toEqual({ passed: 4, failed: 6 });
});
