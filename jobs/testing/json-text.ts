import fc from "fast-check";
import { expect } from "vitest";
import type { JsonRows, RowListener } from "@/jobs/data-file/json-rows";

export type Reader = (text: AsyncGenerator<Buffer>, onRow?: RowListener) => AsyncGenerator<JsonRows>;

/** A text as it comes, in chunks of these sizes again and again. */
export async function* inChunks(text: string | Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** The rows of all tables as parsed values, and the counts of fields. */
export async function readJson(reader: Reader, text: string | Buffer, sizes = [1e9]) {
  const tables = new Map<string | null, unknown[]>();
  const counts = new Map<string | null, Map<string, number>>();
  for await (const { table, lines, rows, fields } of reader(inChunks(text, sizes))) {
    const parsed = lines.toString().split("\n").slice(0, -1);
    expect(lines.toString()).not.toContain("\r");
    expect(parsed.length).toBe(rows);
    tables.set(table, [...(tables.get(table) ?? []), ...parsed.map((line) => JSON.parse(line))]);
    const of = counts.get(table) ?? new Map();
    for (const [field, count] of fields) of.set(field, (of.get(field) ?? 0) + count);
    counts.set(table, of);
  }
  return { tables, counts };
}

export const name = fc.oneof(
  fc.string(),
  fc.constantFrom("__proto__", "constructor", "id", "größe", 'a"b', "a\\b", "\n"),
);
const value = fc.jsonValue({ maxDepth: 3 });
export const row = fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => new Map(pairs));
export const rows = fc.array(row, { maxLength: 8 });
export const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
export const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

export const written = (map: Map<string, unknown>, gap: string) =>
  `{${gap}${[...map].map(([key, one]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(one, null, gap.replace(/[^ ]/g, " "))}`).join(`${gap},`)}${gap}}`;
/** As JSON.parse would make it, `__proto__` included. */
export const parsed = (map: Map<string, unknown>) => JSON.parse(written(map, ""));
export const countsOf = (all: Map<string, unknown>[]) => {
  const counts = new Map<string, number>();
  for (const one of all) for (const key of one.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};
