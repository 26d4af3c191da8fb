import { z } from "zod";

export type Tally = { passed: number; failed: number };

export const oneOf = (passed: boolean): Tally => (passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
export const add = (a: Tally, b: Tally): Tally => ({ passed: a.passed + b.passed, failed: a.failed + b.failed });

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/** Counts vitest's JSON report. A file that could not be loaded is one failure; so is a run that failed or ran nothing. */
export function vitestTally(report: unknown, succeeded: boolean): Tally {
  const { data } = vitestReport.safeParse(report);
  if (!data) return oneOf(false);
  const broken = data.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  return settle({ passed: data.numPassedTests, failed: data.numFailedTests + broken.length }, succeeded);
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** Counts Playwright's JSON report. A test that passed at its second try has passed. */
export function playwrightTally(report: unknown, succeeded: boolean): Tally {
  const { data } = playwrightReport.safeParse(report);
  if (!data) return oneOf(false);
  const { expected, unexpected, flaky } = data.stats;
  return settle({ passed: expected + flaky, failed: unexpected }, succeeded);
}

function settle({ passed, failed }: Tally, succeeded: boolean): Tally {
  const hidden = failed === 0 && (!succeeded || passed === 0);
  return { passed, failed: hidden ? 1 : failed };
}
