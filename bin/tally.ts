import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { root } from "@/bin/build";

/** How a stage went. `failures` says of each failed test where it stands, what it is called, and why it failed. */
export type Tally = { passed: number; failed: number; failures: string[] };

/** The tally of a stage that is one check. */
export const oneOf = (name: string, passed: boolean): Tally =>
  passed ? { passed: 1, failed: 0, failures: [] } : { passed: 0, failed: 1, failures: [name] };

export const add = (a: Tally, b: Tally): Tally => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  failures: [...a.failures, ...b.failures],
});

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()).nullish() }),
      ),
    }),
  ),
});

/** Counts vitest's JSON report. A file that could not be loaded is one failure; so is a run that failed or ran nothing. */
export function vitestTally(report: unknown, succeeded: boolean): Tally {
  const { data } = vitestReport.safeParse(report);
  if (!data) return oneOf("vitest left no report", false);
  const broken = data.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failures = data.testResults.flatMap((file) =>
    file.assertionResults
      .filter(({ status }) => status === "failed")
      .map((test) => failure(file.name, test.fullName, test.failureMessages?.[0])),
  );
  return settle(
    {
      passed: data.numPassedTests,
      failed: data.numFailedTests + broken.length,
      failures: [...failures, ...broken.map((file) => failure(file.name, "could not be run", file.message))],
    },
    succeeded,
  );
}

const spec = z.object({
  title: z.string(),
  ok: z.boolean(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({ results: z.array(z.object({ error: z.object({ message: z.string() }).partial().optional() })) }),
  ),
});
const suite = z.object({
  specs: z.array(spec).optional(),
  get suites() {
    return z.array(suite).optional();
  },
});
type Suite = z.infer<typeof suite>;

const playwrightReport = z.object({
  suites: z.array(suite).default([]),
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** Counts Playwright's JSON report. A test that passed at its second try has passed. */
export function playwrightTally(report: unknown, succeeded: boolean): Tally {
  const { data } = playwrightReport.safeParse(report);
  if (!data) return oneOf("playwright left no report", false);
  const { expected, unexpected, flaky } = data.stats;
  const failures = data.suites
    .flatMap(specsOf)
    .filter(({ ok }) => !ok)
    .map(({ file, line, title, tests }) =>
      failure(`e2e/${file}:${line}`, title, tests.at(-1)?.results.at(-1)?.error?.message),
    );
  return settle({ passed: expected + flaky, failed: unexpected, failures }, succeeded);
}

const specsOf = ({ specs = [], suites = [] }: Suite): z.infer<typeof spec>[] => [...specs, ...suites.flatMap(specsOf)];

function failure(file: string, name: string, message = ""): string {
  const lines = stripVTControlCharacters(message).split("\n").slice(0, 12);
  return [`${path.isAbsolute(file) ? path.relative(root, file) : file} › ${name}`, ...lines].join("\n    ");
}

function settle(tally: Tally, succeeded: boolean): Tally {
  const hidden = tally.failed === 0 && (!succeeded || tally.passed === 0);
  return hidden ? add(tally, oneOf("the run itself failed, or ran nothing", false)) : tally;
}
