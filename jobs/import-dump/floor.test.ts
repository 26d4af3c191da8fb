import { expect, it } from "vitest";
import { fixedIn, isAtLeast } from "@/jobs/import-dump/floor";

it.each([
  ["15.20", true],
  ["15.19", false],
  ["15.18", false],
  ["18.7", true],
  ["18.6", false],
  ["18beta1", false],
  ["13.22", false],
  ["14.25", true],
  ["19.0", true],
])("pg_restore %s may read archives of strangers: %s", (version, expected) => {
  expect(isAtLeast(version, fixedIn)).toBe(expected);
});
