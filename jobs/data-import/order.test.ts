import { expect, it } from "vitest";
import { orderTables } from "@/jobs/data-import/order";

const key = (table: string, refTable: string) => ({ table, refTable });

it("parents come before their children", () => {
  const { order, circular } = orderTables(["c", "b", "a"], [key("c", "b"), key("b", "a"), key("c", "elsewhere")]);
  expect(order).toEqual(["a", "b", "c"]);
  expect(circular).toEqual([]);
});

it("in a circle one key has to wait, and one to the table itself never does", () => {
  const keys = [key("a", "b"), key("b", "c"), key("c", "a"), key("c", "c"), key("d", "a")];
  const { order, circular } = orderTables(["a", "b", "c", "d"], keys);
  expect(order.toSorted()).toEqual(["a", "b", "c", "d"]);
  expect(circular).toHaveLength(1);
  expect(order.indexOf("d")).toBeGreaterThan(order.indexOf("a"));
  // Every other key goes from a later table to an earlier one.
  for (const { table, refTable } of keys.filter((one) => !circular.includes(one) && one.table !== one.refTable))
    expect(order.indexOf(table)).toBeGreaterThan(order.indexOf(refTable));
});
