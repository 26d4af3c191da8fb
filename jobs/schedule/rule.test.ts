import { describe, expect, it } from "vitest";
import { presets } from "@/jobs/schedule/presets";
import { ruleProblem } from "@/jobs/schedule/rule";
import { cronInWords } from "@/jobs/schedule/words";

const problem = (cron: string, timeZone = "UTC") => ruleProblem({ cron, timeZone });

describe("a rule", () => {
  it.each([
    "0 2 * * *",
    "*/5 * * * *",
    "0 3 31 * *",
    "0 0 29 2 *",
    "0 9-17/2 * jan,JUN mon-fri",
    "0 3 L * *",
    "0 0 30 2 1",
  ])("%s is fine", (cron) => expect(problem(cron)).toBeNull());

  it.each(presets.map(({ cron }) => cron))("%s is fine, and has words", (cron) => {
    expect(problem(cron)).toBeNull();
    expect(cronInWords(cron)).toMatch(/^(At|On|Every) \S+/);
  });

  it("that came in otherwise is its own words", () => expect(cronInWords("0 2 * * 07")).toBe("0 2 * * 07"));

  it.each(["0 0 30 2 *", "0 0 31 2,4,6 *", "0 0 31 11 *"])("%s never runs", (cron) =>
    expect(problem(cron)).toBe("This rule never runs: there is no such day."),
  );

  it.each(["* * * * *", "*/4 * * * *", "0,2 3 * * *", "0,58 * * * *", "0,57 0,23 * * *"])("%s is a flood", (cron) =>
    expect(problem(cron)).toBe("This rule runs oftener than every 5 minutes."),
  );

  it.each(["", "0 2 * *", "0 0 2 * * *", "@daily", "@reboot", "0 2 * * * root"])("%s has not five fields", (cron) =>
    expect(problem(cron)).toMatch(/^A rule has five fields/),
  );

  it.each([
    "60 2 * * *",
    "0 24 * * *",
    "0 2 0 * *",
    "0 2 * 13 *",
    "0 2 * * 8",
    "5-1 2 * * *",
    "*/0 * * * *",
    "H 2 * * *",
    "0 2 ? * *",
    "0 2 * * L",
    "-1 2 * * *",
    "0 2 * foo *",
    "__proto__ 2 * * *",
    "0 2 * * 1#1",
    "0,, 2 * * *",
    "1e1 2 * * *",
    "\0 2 * * *",
    // They would run, and there are no words for them.
    "0 2 * * 07",
    "0 2 * * 0-07",
  ])("%s is refused in a sentence", (cron) =>
    expect(problem(cron)).toMatch(/(is not understood|is no cron rule).*\.$/),
  );

  it.each(["Nowhere/Bad", "", "+02:00", "Europe", "../etc/passwd", "Europe/Berlin; drop"])(
    "is refused in the zone %s",
    (zone) => expect(problem("0 2 * * *", zone)).toBe(`There is no time zone ${zone}.`),
  );
});

it("says a rule in plain words", () => {
  expect(cronInWords("0 2 * * *")).toBe("At 02:00, every day");
  expect(cronInWords("30 14 * * 1-5")).toBe("At 14:30, Monday through Friday");
});
