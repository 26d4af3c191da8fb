import path from "node:path";
import { expect, it } from "vitest";
import { root } from "@/bin/build";
import { add, playwrightTally, type Tally, vitestTally } from "@/bin/tally";

const report = (passed: number, failed: number, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
});
const browserReport = (stats: object) => ({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats } });

const counts = (tally: Tally) => ({ passed: tally.passed, failed: tally.failed });

it("counts what passed and what failed", () => {
  expect(counts(vitestTally(report(12, 2), false))).toEqual({ passed: 12, failed: 2 });
  expect(counts(playwrightTally(browserReport({ expected: 5, flaky: 1, unexpected: 2 }), false))).toEqual({
    passed: 6,
    failed: 2,
  });
});

it("says which tests failed, and why", () => {
  const tests = [
    { status: "passed", fullName: "a job starts", failureMessages: [] },
    {
      status: "failed",
      fullName: "a job ends",
      failureMessages: ["\u001b[31mAssertionError: expected 1\u001b[39m\n  at x"],
    },
  ];
  const files = [{ name: path.join(root, "jobs/a.test.ts"), status: "failed", assertionResults: tests }];
  expect(vitestTally(report(1, 1, files), false).failures).toEqual([
    "jobs/a.test.ts › a job ends\n    AssertionError: expected 1\n      at x",
  ]);
  const bad = { title: "exports", ok: false, file: "a.spec.ts", line: 7 };
  const results = [{ results: [{ error: { message: "timed out" } }] }];
  const suites = [
    {
      suites: [
        {
          specs: [
            { ...bad, tests: results },
            { ...bad, ok: true, tests: [] },
          ],
        },
      ],
    },
  ];
  const { failures } = playwrightTally({ ...browserReport({ unexpected: 1, expected: 1 }), suites }, false);
  expect(failures).toEqual(["e2e/a.spec.ts:7 › exports\n    timed out"]);
});

it("counts a file that could not be loaded", () => {
  const files = [{ name: "a.test.ts", status: "failed", message: "SyntaxError", assertionResults: [] }];
  expect(vitestTally(report(3, 0, files), false)).toEqual({
    passed: 3,
    failed: 1,
    failures: ["a.test.ts › could not be run\n    SyntaxError"],
  });
});

it("never lets a failed run pass for a good one", () => {
  expect(counts(vitestTally(report(3, 0), false))).toEqual({ passed: 3, failed: 1 });
  expect(counts(vitestTally(undefined, false))).toEqual({ passed: 0, failed: 1 });
  expect(counts(vitestTally(undefined, true))).toEqual({ passed: 0, failed: 1 });
  expect(counts(playwrightTally({ errors: [] }, false))).toEqual({ passed: 0, failed: 1 });
});

it("takes a run of nothing for a failure", () => {
  expect(counts(vitestTally(report(0, 0), true))).toEqual({ passed: 0, failed: 1 });
  expect(counts(playwrightTally(browserReport({}), true))).toEqual({ passed: 0, failed: 1 });
});

it("adds up", () => {
  const all = add({ passed: 1, failed: 2, failures: ["a", "b"] }, { passed: 3, failed: 1, failures: ["c"] });
  expect(all).toEqual({ passed: 4, failed: 3, failures: ["a", "b", "c"] });
});
