import { expect, it } from "vitest";
import { columnWord, samplesOf } from "@/app/data-import/column-words";

it("a column says its type, and whether a row can do without it", () => {
  const email = {
    name: "email",
    type: "text",
    isNullable: false,
    hasDefault: false,
    isGenerated: false,
    identity: null,
  };
  expect(columnWord(email)).toBe("email · text · required");
  expect(columnWord({ ...email, hasDefault: true })).toBe("email · text");
  expect(columnWord({ ...email, identity: "by default" })).toBe("email · text");
  expect(columnWord({ ...email, isGenerated: true })).toBe("email · text · computed");
});

it("samples are few, each once, and values before NULL", () => {
  const rows = [[null, "a"], ["x", "a"], ["", "b"], ["x"]];
  expect(samplesOf(rows, 0)).toEqual(["x", "", null]);
  expect(samplesOf(rows, 1)).toEqual(["a", "b", null]);
  expect(samplesOf([[null]], 0)).toEqual([null]);
  expect(samplesOf([], 0)).toEqual([]);
});
