import { describe, expect, test } from "vitest";
import { hasRule, readPolicyForm } from "@/app/cleanup/policy";

function form(fields: Record<string, string>, ticked: string[] = []) {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  for (const value of ticked) data.append("delete", value);
  return data;
}

describe("a policy's form", () => {
  test("leaves out what was left empty, and keeps a zero", () => {
    expect(readPolicyForm(form({ keepCount: "0", olderThanDays: "", keepDaily: " ", keepMonthly: "12" }))).toEqual({
      keepCount: 0,
      keepMonthly: 12,
      deleteUnverified: false,
      deleteFailed: false,
    });
  });

  test("reads what is ticked", () => {
    expect(readPolicyForm(form({}, ["deleteFailed"]))).toEqual({ deleteUnverified: false, deleteFailed: true });
  });

  test("says whether there is a rule at all", () => {
    expect(hasRule(readPolicyForm(form({})))).toBe(false);
    expect(hasRule(readPolicyForm(form({ keepCount: "0" })))).toBe(true);
    expect(hasRule(readPolicyForm(form({}, ["deleteUnverified"])))).toBe(true);
  });
});
