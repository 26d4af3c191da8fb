import { expect, it } from "vitest";
import { actionWords, importWord, placeWord, rowsWord, totalsOf } from "@/app/data-import/report-words";

const plan = { rows: 1_240, insert: 1_234, update: 0, skip: 6, delete: 0, conflicts: 6 };

it("counts of several tables are added up", () => {
  const other = { rows: 3, insert: 1, update: 2, skip: 0, delete: 4, conflicts: 2 };
  expect(totalsOf([plan, other])).toEqual({ rows: 1_243, insert: 1_235, update: 2, skip: 6, delete: 4, conflicts: 8 });
  expect(totalsOf([])).toEqual({ rows: 0, insert: 0, update: 0, skip: 0, delete: 0, conflicts: 0 });
});

it("the button says what it does, and there is none for nothing", () => {
  expect(importWord(plan)).toBe("Import 1,234 rows");
  expect(importWord({ ...plan, insert: 0, update: 1 })).toBe("Import 1 row");
  expect(importWord({ ...plan, insert: 0, delete: 2 })).toBe("Delete 2 rows");
  expect(importWord({ ...plan, insert: 0 })).toBeNull();
});

it("what was done is one sentence, without what was not", () => {
  expect(actionWords(plan)).toBe("1,234 rows added, 6 left out");
  expect(actionWords({ ...plan, insert: 1, delete: 2 }, "will")).toBe("1 row to add, 2 to delete, 6 to leave out");
  expect(actionWords(totalsOf([]))).toBe("No row was changed");
});

it("a problem says where it is as far as that is known", () => {
  expect(placeWord({ table: "customers", field: "email" })).toBe("customers.email");
  expect(placeWord({ table: "customers", field: null })).toBe("customers");
  expect(placeWord({ table: null, field: null })).toBe("");
  expect(["7", "2-5, 9", ""].map(rowsWord)).toEqual(["row 7", "rows 2-5, 9", ""]);
});
