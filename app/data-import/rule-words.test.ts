import { expect, it } from "vitest";
import { modeWords, ruleIn, rulesFor, whatHappens } from "@/app/data-import/rule-words";

it("adding rows never offers to change one", () => {
  expect(rulesFor("insert_only").map(({ value }) => value)).toEqual(["fail", "skip"]);
  expect(rulesFor("replace")).toHaveLength(4);
});

it("a rule that came from elsewhere can still be seen", () => {
  expect(rulesFor("upsert", "skip").map(({ value }) => value)).toEqual(["overwrite", "merge", "skip"]);
});

it("another mode keeps the rule where it can", () => {
  expect(ruleIn("replace", "skip")).toBe("skip");
  expect(ruleIn("upsert", "fail")).toBe("overwrite");
  expect(ruleIn("insert_only", "merge")).toBe("fail");
});

it("each mode and rule has a sentence of its own", () => {
  const sentences = modeWords.flatMap(({ value }) => rulesFor(value).map((rule) => whatHappens(value, rule.value)));
  expect(new Set(sentences).size).toBe(10);
  expect(whatHappens("upsert", "merge")).toBe(
    "Rows whose key is not there are added; rows whose key is there take the values of the file that are not NULL; rows that the file does not have stay.",
  );
  expect(whatHappens("replace", "skip")).toContain("rows that the file does not have are deleted");
  expect(whatHappens("update_only", "overwrite")).toContain("Rows whose key is not there are left out");
});
