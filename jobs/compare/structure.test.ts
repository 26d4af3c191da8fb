import { expect, it } from "vitest";
import { gatherDefinitions } from "@/jobs/browse/definitions";
import { compareStructure, type Side } from "@/jobs/compare/structure";

function side(rows: Record<string, number | null>, ...statements: string[]): Side {
  const gathered = gatherDefinitions();
  for (const statement of statements) gathered.add(statement);
  return {
    objects: gathered.end().objects,
    tables: Object.entries(rows).map(([name, count]) => ({ name, kind: "table", rows: count })),
  };
}

const orders =
  "CREATE TABLE s.orders (\n    id integer NOT NULL,\n    note text DEFAULT ', '::text,\n    CONSTRAINT c CHECK ((id > 0))\n);";
const key = "ALTER TABLE ONLY s.orders\n    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);";

it("the same twice differs in nothing", () => {
  const same = side({ orders: 3 }, orders, key, "CREATE VIEW s.v AS\n SELECT 1;");
  expect(compareStructure(same, same)).toMatchObject({
    tables: [{ name: "orders", verdict: "same", rowsBefore: 3, rowsAfter: 3, columns: [], others: [] }],
    objects: [],
  });
});

it("tables and columns are added, removed and changed", () => {
  const before = side({ orders: 3, gone: 1 }, orders, key, "CREATE TABLE s.gone (\n    id integer\n);");
  const changed = orders
    .replace("id integer NOT NULL", "id bigint NOT NULL")
    .replace("note text DEFAULT ', '::text", "total numeric(10,2)");
  const after = side({ orders: 4, made: 0 }, changed, key, "CREATE TABLE s.made (\n    id integer\n);");
  expect(compareStructure(before, after).tables).toMatchObject([
    { name: "gone", verdict: "removed", rowsBefore: 1, rowsAfter: null },
    { name: "made", verdict: "added", rowsBefore: null, rowsAfter: 0 },
    {
      name: "orders",
      verdict: "changed",
      rowsBefore: 3,
      rowsAfter: 4,
      columns: [
        { name: "id", before: "integer NOT NULL", after: "bigint NOT NULL" },
        { name: "note", before: "text DEFAULT ', '::text", after: null },
        { name: "total", before: null, after: "numeric(10,2)" },
      ],
      others: [],
    },
  ]);
});

it("an index or a constraint is part of its table, in whatever order they come; a table with other rows comes before one that is the same", () => {
  const index = "CREATE INDEX i ON s.orders USING btree (note);";
  const t = "CREATE TABLE s.t (\n);";
  const before = side({ a: 1, orders: 3, t: 1 }, orders, key, index, t);
  const after = side({ a: 1, orders: 3, t: 2 }, orders.replace("id > 0", "id > 1"), index, key, t);
  const { tables } = compareStructure(before, after);
  expect(tables.map(({ name }) => name)).toEqual(["orders", "t", "a"]);
  expect(tables[0]?.others).toEqual([
    { name: "CONSTRAINT c CHECK ((id > 0))", before: "CONSTRAINT c CHECK ((id > 0))", after: null },
    { name: "CONSTRAINT c CHECK ((id > 1))", before: null, after: "CONSTRAINT c CHECK ((id > 1))" },
  ]);
});

it("of other objects those that differ are told", () => {
  const f = "CREATE FUNCTION s.f() RETURNS integer\n    LANGUAGE sql\n    AS $$select 1$$;";
  const before = side({}, f, "CREATE VIEW s.v AS\n SELECT 1;", "CREATE SEQUENCE s.q;");
  const after = side(
    {},
    f.replace("select 1", "select 2"),
    "CREATE SEQUENCE s.q;",
    "CREATE TYPE s.t AS ENUM (\n    'a'\n);",
  );
  expect(compareStructure(before, after).objects).toMatchObject([
    { kind: "function", name: "f()", verdict: "changed" },
    { kind: "view", name: "v", verdict: "removed", after: null },
    { kind: "type", name: "t", verdict: "added", before: null },
  ]);
});
