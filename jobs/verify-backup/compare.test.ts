import { describe, expect, it } from "vitest";
import { compareTables } from "@/jobs/verify-backup/compare";

describe("two lists of fingerprints", () => {
  const one = { name: "one", rows: 3, fingerprint: "1:aa" };
  const { name: _, ...print } = one;
  it.each([
    ["equal", [one]],
    ["rows differ", [{ ...one, rows: 4 }]],
    ["rows differ", [{ ...one, rows: 4, fingerprint: "1:bb" }]],
    ["content differs", [{ ...one, fingerprint: "1:bb" }]],
    ["missing", []],
  ])("tell that a table is: %s", (verdict, found) => {
    const [line, ...more] = compareTables([one], found);
    expect(line).toMatchObject({ name: "one", verdict, expected: print });
    expect(more).toEqual([]);
  });

  it("tell of each table once, the expected ones in their order", () => {
    const [two, three] = ["constructor", "__proto__"].map((name) => ({ ...one, name }));
    const lines = compareTables(
      [two, one, three].filter((table) => table !== undefined),
      [one, { ...one, name: "new" }],
    );
    expect(lines.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["constructor", "missing"],
      ["one", "equal"],
      ["__proto__", "missing"],
      ["new", "unexpected"],
    ]);
    expect(lines[3]).toEqual({ name: "new", verdict: "unexpected", expected: null, found: print });
  });

  it("tell only the number of rows where one of them was only counted", () => {
    const counted = { ...one, fingerprint: null };
    expect(compareTables([counted], [counted])).toMatchObject([{ verdict: "rows equal" }]);
    expect(compareTables([counted], [one])).toMatchObject([{ verdict: "rows equal" }]);
    expect(compareTables([counted], [{ ...counted, rows: 2 }])).toMatchObject([{ verdict: "rows differ" }]);
  });

  it("say nothing when they were made in different ways", () => {
    expect(() => compareTables([one], [{ ...one, fingerprint: "2:aa" }])).toThrow("methods 1 and 2");
  });
});
