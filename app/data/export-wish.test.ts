import { describe, expect, it } from "vitest";
import { filterFault, readFilters } from "@/app/data/export-filters";
import { readExportWish } from "@/app/data/export-wish";

function form(fields: Record<string, string | string[]>): FormData {
  const data = new FormData();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) data.append(name, value);
  return data;
}

const all = ["a", "b", "c"];

describe("an export", () => {
  it("of everything names no table", () => {
    expect(readExportWish(form({ format: "ndjson" }), { chosen: all, all })).toEqual({
      format: "ndjson",
      compress: false,
    });
  });

  it("of some tables names them", () => {
    expect(readExportWish(form({ format: "json", pretty: "on", compress: "on" }), { chosen: ["a", "c"], all })).toEqual(
      {
        format: "json",
        pretty: true,
        includeMetadata: false,
        compress: true,
        includeTables: ["a", "c"],
      },
    );
  });

  it("of one table can be filtered, also where there is no other one", () => {
    const fields = {
      format: "csv",
      csvDelimiter: ";",
      guardFormulas: "on",
      limit: " 10 ",
      filterColumn: "id",
      filterOperator: "gte",
      filterValue: "5",
    };
    const expected = {
      format: "csv",
      csvDelimiter: ";",
      guardFormulas: true,
      compress: false,
      tableName: "b",
      filters: { id: { gte: "5" } },
      limit: 10,
    };
    expect(readExportWish(form(fields), { chosen: ["b"], all })).toEqual(expected);
    expect(readExportWish(form(fields), { chosen: ["b"], all: ["b"] })).toEqual(expected);
  });

  it("asks for nothing that its format does not have", () => {
    const everything = form({
      pretty: "on",
      includeMetadata: "on",
      guardFormulas: "on",
      compress: "on",
      format: "csv",
    });
    expect(readExportWish(everything, { chosen: ["a", "b"], all })).toEqual({
      format: "csv",
      csvDelimiter: ",",
      guardFormulas: true,
      includeTables: ["a", "b"],
    });
  });
});

describe("filters", () => {
  const filters = (...lines: [column: string, operator: string, value: string][]) =>
    form({
      filterColumn: lines.map(([column]) => column),
      filterOperator: lines.map(([, operator]) => operator),
      filterValue: lines.map(([, , value]) => value),
    });

  it("are read by column, and several of one column hold together", () => {
    const lines = filters(["n", "gte", "1"], ["n", "lt", "9"], ["s", "in", "a, b"], ["x", "notNull", "ignored"]);
    expect(readFilters(lines)).toEqual({ n: { gte: "1", lt: "9" }, s: { in: ["a", "b"] }, x: { is_null: false } });
    expect(filterFault(lines)).toBeNull();
  });

  it("tell an empty text from no value", () => {
    expect(readFilters(filters(["s", "eq", ""], ["t", "null", ""]))).toEqual({ s: { eq: "" }, t: { is_null: true } });
  });

  it("of which one would be lost are refused", () => {
    expect(filterFault(filters(["s", "eq", "a"], ["s", "eq", "b"]))).toContain("s is compared twice");
    expect(filterFault(filters(["s", "null", ""], ["s", "notNull", ""]))).toContain("s is compared twice");
    expect(filterFault(filters(["s", "eq", "a"], ["t", "eq", "a"]))).toBeNull();
  });
});
