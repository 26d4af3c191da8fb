import { expect, test } from "vitest";
import { sortTables } from "@/app/backup/sort-tables";

const table = (name: string, rows: number | null, bytes: number) => ({ name, kind: "table" as const, rows, bytes });
const tables = [table("t10", 5, 100), table("t9", null, 0), table("t1", 5, 300)];
const names = (key: "name" | "rows" | "bytes", descending: boolean) =>
  sortTables(tables, { key, descending }).map(({ name }) => name);

test("tables sort by name, rows or size", () => {
  expect(names("name", false)).toEqual(["t1", "t9", "t10"]);
  expect(names("rows", true)).toEqual(["t1", "t10", "t9"]);
  expect(names("bytes", true)).toEqual(["t1", "t10", "t9"]);
  expect(names("bytes", false)).toEqual(["t9", "t10", "t1"]);
});
