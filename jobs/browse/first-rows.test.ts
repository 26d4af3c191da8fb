import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decoderOf } from "@/jobs/archive/encoding";
import { firstRows } from "@/jobs/browse/first-rows";
import { inPieces } from "@/jobs/testing/script-pieces";

const decode = decoderOf("UTF8");
const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b" };
const written = (rows: (string | null)[][]) =>
  rows
    .map(
      (row) => `${row.map((value) => value?.replace(/[\\\n\t\r\b]/g, (c) => escapes[c] ?? c) ?? "\\N").join("\t")}\n`,
    )
    .join("");
const read = (
  text: string,
  columns: number,
  { sizes = [], ...limits }: { sizes?: number[]; rows?: number; characters?: number } = {},
) => firstRows({ data: inPieces(Buffer.from(text), sizes), decode }, columns, { rows: 50, characters: 100, ...limits });

describe("the first rows of a table", () => {
  it("have the values that were written, NULL and the empty text apart, however the bytes come", async () => {
    const value = fc.option(
      fc.string({ unit: fc.constantFrom("a", "\\", "\n", "\t", "\r", "\b", "N", "ü", "🐘"), maxLength: 8 }),
    );
    const rows = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rows, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (wanted, sizes) => {
        const { rows: found } = await read(written(wanted), 3, { sizes });
        expect(found).toEqual(wanted.map((row) => row.map((text) => (text === null ? null : { text }))));
      }),
    );
  });

  it("end at the limit, and tell whether these are all", async () => {
    expect(await read("1\n2\n3\n", 1, { rows: 2 })).toEqual({ rows: [[{ text: "1" }], [{ text: "2" }]], isAll: false });
    expect(await read("1\n2\n", 1, { rows: 2 })).toMatchObject({ isAll: true });
    expect(await read("\n\n", 0)).toEqual({ rows: [[], []], isAll: true });
    expect(await read("\n", 1)).toEqual({ rows: [[{ text: "" }]], isAll: true });
  });

  it("have of a long value its beginning and its length, cut between letters", async () => {
    const long = "ü🐘".repeat(1000);
    expect(await read(`${long}\tx\n`, 2, { characters: 5, sizes: [7] })).toMatchObject({
      rows: [[{ text: "ü🐘ü", bytes: 6000 }, { text: "x" }]],
    });
    for (let characters = 1; characters < 12; characters++) {
      const { rows } = await read(`${"\\\\".repeat(500)}\n`, 1, { characters });
      expect(rows[0]?.[0]?.text).toBe("\\".repeat(characters));
    }
  });
});
