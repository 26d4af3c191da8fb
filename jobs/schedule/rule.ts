import { type CronExpression, CronExpressionParser } from "cron-parser";
import { wordsFor } from "@/jobs/schedule/words";
import { isTimeZone } from "@/jobs/zone";

/** When a schedule runs: five fields of cron, and the time zone whose clocks they are about. */
export type Rule = { cron: string; timeZone: string };

/** The shortest time between two slots, in minutes. */
export const shortestMinutes = 5;

const names = /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)$/i;

/** Walls as if they were UTC: summer time is none of the parser's business. */
export const enumerate = (cron: string, from: number): CronExpression =>
  CronExpressionParser.parse(cron, { tz: "UTC", currentDate: new Date(from) });

/** What is wrong with a rule, as a sentence; null when it will run, and not too often. */
export function ruleProblem({ cron, timeZone }: Rule): string | null {
  return cronProblem(cron) ?? (isTimeZone(timeZone) ? null : `There is no time zone ${timeZone.slice(0, 60)}.`);
}

/** The same about its five fields alone. */
export function cronProblem(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5)
    return "A rule has five fields: minute, hour, day of the month, month and day of the week, e.g. 0 2 * * *.";
  if (cron.length > 200) return "A rule has at most 200 characters.";
  const odd = fields.find((field, index) => !isPlain(field) && !(field === "L" && index === 2));
  if (odd !== undefined)
    return `${odd.slice(0, 40)} is not understood. Use numbers, names of months and days, * , - and /.`;
  const expression = parse(cron);
  if (typeof expression === "string") return expression;
  if (wordsFor(cron) === null) return noRule;
  if (shortestGap(expression) < shortestMinutes) return `This rule runs oftener than every ${shortestMinutes} minutes.`;
  return null;
}

const isPlain = (field: string) =>
  field.split(/[,\-/]/).every((part) => part === "*" || /^\d{1,2}$/.test(part) || names.test(part));

function parse(cron: string): CronExpression | string {
  try {
    const expression = enumerate(cron, Date.UTC(2000, 0, 1));
    expression.next();
    expression.reset(new Date(Date.UTC(2000, 0, 1)));
    return expression;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return /explicit day of month|loop limit/i.test(message) ? "This rule never runs: there is no such day." : noRule;
  }
}

const noRule = "This is no cron rule: a number is out of its range, or a sign is in the wrong place.";

/** Between two slots of one day or of the turn to the next one, in minutes. */
function shortestGap(expression: CronExpression): number {
  const minutes = expression.fields.minute.values.map(Number);
  const hours = expression.fields.hour.values.map(Number);
  const within = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0));
  const hasNeighbours = hours.some((hour) => hours.includes((hour + 1) % 24));
  const around = hasNeighbours ? [(minutes[0] ?? 0) + 60 - (minutes.at(-1) ?? 0)] : [];
  return Math.min(60, ...within, ...around);
}

/** A rule for every hour counts time rather than clocks, so it runs in both of two hours that clocks show alike. */
export const isHourly = (cron: string) => enumerate(cron, 0).fields.hour.values.length === 24;
