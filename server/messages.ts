import { z } from "zod";

type Issue = z.core.$ZodRawIssue;

const things: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  date: "a time in ISO 8601",
};

const formats: Record<string, string> = {
  uuid: "a uuid",
  datetime: "a time in ISO 8601",
  url: "an address",
  regex: "without the characters that it holds",
};

const or = (words: string[]) =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** What is wrong with a field, to be read after its name: `format` "must be sql, tar, custom or package". */
function explain(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : `must be ${things[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${or(issue.values.map(String))}`;
    case "invalid_format":
      return `must be ${formats[issue.format] ?? "in another form"}`;
    case "too_small":
      return tooSmall(issue.origin, Number(issue.minimum));
    case "too_big":
      return tooBig(issue.origin, Number(issue.maximum));
    case "unrecognized_keys":
      return "is not known here";
    default:
      return "is not valid";
  }
}

function tooSmall(origin: string, least: number): string {
  if (origin === "string") return least === 1 ? "must not be empty" : `must have at least ${least} characters`;
  return origin === "array" ? `must have at least ${least} of them` : `must be at least ${least}`;
}

function tooBig(origin: string, most: number): string {
  if (origin === "string") return `must have at most ${most} characters`;
  return origin === "array" ? `must have at most ${most} of them` : `must be at most ${most}`;
}

z.config({ localeError: explain });

/** A sentence about a field. What a schema says itself may be one already. */
export function sentenceAbout(field: string, error: string): string {
  const text = /^\p{Lu}/u.test(error) ? error : `${field || "The input"} ${error}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** A field's name as people say it: `storagePath` becomes `Storage path`. */
export function inWords(field: string): string {
  const words = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
