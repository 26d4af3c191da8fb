import { describe, expect, it } from "vitest";
import { type Choice, fitted, wishOf, withColumn, withTable } from "@/app/data-import/choice";
import { coverage, doubtsOf, faultOf } from "@/app/data-import/choice-faults";
import type { TargetTable } from "@/app/trpc/types";

type Column = TargetTable["columns"][number];

const column = (name: string, more: Partial<Column> = {}): Column => ({
  name,
  type: "text",
  isNullable: true,
  hasDefault: false,
  isGenerated: false,
  identity: null,
  ...more,
});

const customers: TargetTable = {
  name: "customers",
  columns: [
    column("id", { isNullable: false, identity: "always" }),
    column("email", { isNullable: false }),
    column("first_name"),
    column("full_name", { isGenerated: true }),
  ],
  keys: [
    { name: "customers_pkey", columns: ["id"], isPrimary: true },
    { name: "customers_email_key", columns: ["email"], isPrimary: false },
  ],
};
const notes: TargetTable = { name: "notes", columns: [column("body")], keys: [] };

const file = {
  tables: [
    {
      name: null,
      fields: ["E-Mail", "first"],
      rows: [["a@example.org", "Ada"]],
      suggestedTable: "customers",
      suggestedColumns: ["email", null],
    },
  ],
  targets: [customers, notes],
};

const source = { source: null, table: "customers", columns: { "E-Mail": "email", first: null }, key: ["email"] };
const choice: Choice = { sources: [source], mode: "upsert", rule: "merge", dateOrder: "dmy" };

describe("what is chosen", () => {
  it("begins with what the file suggests, and a key that the file has", () => {
    expect(fitted(file, null)).toEqual({ sources: [source], mode: "insert_only", rule: "fail", dateOrder: "ymd" });
  });

  it("stays for another file of the same fields, and for no other one", () => {
    const kept = { ...source, columns: { "E-Mail": null, first: "first_name" } };
    const before = { ...choice, sources: [kept] };
    expect(fitted(file, before)).toEqual(before);
    const others = { ...kept, columns: { mail: "email" } };
    expect(fitted(file, { ...choice, sources: [others] })).toEqual(choice);
    expect(fitted({ ...file, targets: [notes] }, before).sources[0]?.key).toEqual([]);
  });

  it("begins anew with another table, by the names of its columns", () => {
    const other = { ...source, columns: { "First Name": null, full_name: null } };
    expect(withTable(other, "customers", file.targets)).toEqual({
      ...other,
      columns: { "First Name": "first_name", full_name: null },
      key: ["id"],
    });
    expect(withTable(other, null, file.targets)).toMatchObject({ table: null, key: [] });
  });

  it("takes the key along only where nobody has chosen one", () => {
    expect(withColumn(source, ["E-Mail", "id"], customers).key).toEqual(["id"]);
    expect(withColumn({ ...source, key: ["id"] }, ["first", "first_name"], customers).key).toEqual(["id"]);
  });

  it("is told to the server whole; what is left out says so", () => {
    const leftOut = { source: "b.csv", table: null, columns: { x: null }, key: [] };
    expect(wishOf("f", { encoding: "utf-8" }, { ...choice, sources: [source, leftOut] })).toEqual({
      fileId: "f",
      encoding: "utf-8",
      dateOrder: "dmy",
      importMode: "upsert",
      conflictResolution: "merge",
      mapping: [source, { source: "b.csv", table: null }],
    });
  });
});

describe("what stands in the way of a dry run", () => {
  it("is nothing where all is well", () => expect(faultOf(choice)).toBeNull());

  it.each([
    ["no table", [{ ...source, table: null }], "Choose the table that the rows go to."],
    ["one table twice", [source, { ...source, source: "b" }], "Two parts of the file go to customers."],
    ["one column twice", [{ ...source, columns: { a: "email", b: "email" } }], "Two fields go to the column email"],
    ["no column", [{ ...source, columns: { a: null } }], "No field goes to a column of customers."],
  ])("is %s", (_, sources, sentence) => {
    expect(faultOf({ ...choice, sources })).toContain(sentence);
  });
});

describe("what is worth a second look", () => {
  const bare = { ...source, columns: { "E-Mail": null, first: "first_name" }, key: ["id"] };

  it("is a value that new rows need, and a key that the file does not have", () => {
    expect(doubtsOf(bare, choice, customers)).toEqual([
      "A new row needs a value for email, and no field goes there.",
      "Rows are told apart by id, and no field goes to id.",
    ]);
  });

  it("is no required value where nothing is added, and no key where nothing is matched", () => {
    expect(doubtsOf(bare, { mode: "update_only", rule: "merge" }, customers)).toHaveLength(1);
    expect(doubtsOf(source, { mode: "insert_only", rule: "fail" }, customers)).toEqual([]);
  });

  it("is a table without a key", () => {
    const toNotes = { ...source, table: "notes", columns: { text: "body" }, key: [] };
    expect(doubtsOf(toNotes, choice, notes)).toEqual(["notes has no key, so no row of the file can be found in it."]);
  });
});

it("it is said how much of the file goes where", () => {
  expect(coverage(source, file)).toBe("1 of 2 fields go to customers");
  expect(coverage({ ...source, table: null }, file)).toBe("left out");
});
