import { expect, it } from "vitest";
import { differs, summaryOf } from "@/app/comparison/comparison-words";

const table = (
  verdict: "added" | "removed" | "changed" | "same",
  rowsBefore: number | null,
  rowsAfter: number | null,
) => ({
  verdict,
  rowsBefore,
  rowsAfter,
});

it("a comparison is told in one sentence, each table once", () => {
  const tables = [
    table("added", null, 1),
    table("changed", 1, 2),
    table("changed", 1, 1),
    table("same", 1, 2),
    table("same", 1, 1),
  ];
  expect(summaryOf(tables, 1)).toBe(
    "1 table added, 2 tables changed, 1 table with another number of rows, 1 other object.",
  );
});

it("a table whose rows were not counted is no difference", () => {
  expect([table("same", 5, null), table("same", 5, 5), table("same", 5, 0)].map(differs)).toEqual([false, false, true]);
});
