import fc from "fast-check";
import type postgres from "postgres";
import { beforeAll, expect, it } from "vitest";
import { canonicalSettings, fingerprintTable } from "@/jobs/postgres/fingerprint";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";

let tenant: Schema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 0 });
});

/** Does the work in the schema and undoes it. */
async function undone<T>(work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> {
  const end = new Error("undone");
  let result: { value: T } | undefined;
  const all = tenant.sql.begin(async (tx) => {
    await canonicalSettings(tx, tenant.schema);
    result = { value: await work(tx) };
    throw end;
  });
  await all.catch((error) => {
    if (error !== end) throw error;
  });
  if (!result) throw new Error("nothing was done");
  return result.value;
}

it("equals another one exactly when the rows are the same, however often each is there", async () => {
  const value = fc.oneof(
    fc.constantFrom(null, "", "\u0001", "\u0002", "1", "a", "a\u00011"),
    fc.string({ maxLength: 3 }).map((text) => text.replaceAll("\0", "")),
  );
  const row = fc.record({ a: value, b: fc.option(fc.integer({ min: 0, max: 2 })), c: value });
  const rows = fc.array(row, { maxLength: 6 });
  const pair = fc.oneof(
    fc.tuple(rows, rows),
    rows.chain((one) =>
      fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: Math.max(0, one.length - 1) })),
    ),
    fc.tuple(rows, row).map(([one, more]) => [
      [...one, more, more],
      [more, ...one],
    ]),
    rows.map((one) => [one, one.map(({ a, b, c }) => ({ a: c, b, c: a }))]),
  );
  const bag = (all: unknown[]) =>
    all
      .map((one) => JSON.stringify(one))
      .sort()
      .join();
  await undone(async (tx) => {
    await tx.unsafe("create table one (a text, b int, c varchar); create table two (c varchar, b int, a text)");
    const fill = async (table: string, all: object[]) => {
      await tx.unsafe(`delete from ${table}`);
      await tx`insert into ${tx(table)} (a, b, c) select a, b, c from json_to_recordset(${JSON.stringify(all)}::text::json) as r (a text, b int, c text)`;
      return await fingerprintTable(tx, { schema: tenant.schema, table });
    };
    const property = fc.asyncProperty(pair, async ([left = [], right = []]) => {
      const [one, two] = [await fill("one", left), await fill("two", right)];
      expect([one.rows, two.rows]).toEqual([left.length, right.length]);
      expect(one.fingerprint === two.fingerprint).toBe(bag(left) === bag(right));
    });
    await fc.assert(property, { numRuns: 300 });
  });
});

it.each([0, 1, 48, 49, 50, 98, 99, 1600])("knows each of %i columns", async (count) => {
  const names = Array.from({ length: count }, (_, n) => `c${n}`);
  const some = names.filter((_, n) => n < 3 || n > count - 3 || n % 97 === 0);
  const prints = await undone(async (tx) => {
    await tx.unsafe(`create table wide (${names.map((name, n) => `${name} ${n % 3 ? "int" : "text"}`)})`);
    const seen = new Set<string>();
    for (const name of [undefined, ...some]) {
      await tx.unsafe("delete from wide");
      await tx.unsafe(`insert into wide ${name ? `(${name}) values ('1')` : "default values"}`);
      const { rows, fingerprint } = await fingerprintTable(tx, { schema: tenant.schema, table: "wide" });
      expect(rows).toBe(1);
      seen.add(fingerprint);
    }
    return seen;
  });
  expect(prints.size).toBe(some.length + 1);
});
