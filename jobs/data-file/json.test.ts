import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsOfDocument } from "@/jobs/data-file/json-document";
import { rowsOfLines } from "@/jobs/data-file/json-lines";
import {
  chunks,
  countsOf,
  inChunks,
  name,
  parsed,
  readJson,
  row,
  rows,
  space,
  written,
} from "@/jobs/testing/json-text";

describe("rows of JSON", () => {
  it("are those that JSON.parse finds in a list, wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(rows, chunks, space, async (all, sizes, gap) => {
        const text = `${gap}[${gap}${all.map((one) => written(one, gap)).join(`${gap},${gap}`)}${gap}]${gap}`;
        const { tables, counts } = await readJson(rowsOfDocument, text, sizes);
        expect(tables.get(null) ?? []).toEqual(all.map(parsed));
        expect(counts.get(null) ?? new Map()).toEqual(countsOf(all));
      }),
    );
  });

  it("are those of each table of a document, with metadata or without", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, rows)), chunks, fc.boolean(), async (all, sizes, hasMetadata) => {
        const named = new Map(all.filter(([key]) => !["data", "metadata"].includes(key)));
        const data = `{${[...named].map(([key, list]) => `${JSON.stringify(key)}:[${list.map((one) => written(one, "\n"))}]`)}}`;
        if (!hasMetadata && named.size === 0) return;
        const text = hasMetadata ? `{"metadata":{"data":[1],"n":1e5},"version":1,"data":${data}}` : data;
        const { tables } = await readJson(rowsOfDocument, text, sizes);
        for (const [key, list] of named) expect(tables.get(key) ?? []).toEqual(list.map(parsed));
      }),
    );
  });

  it("are the lines of NDJSON, with the names of their tables or without", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), chunks, space, async (all, sizes, gap) => {
        const plain = await readJson(
          rowsOfLines,
          `${gap}${all.map((one) => written(one, gap)).join(`${gap}\r\n`)}${gap}`,
          sizes,
        );
        expect(plain.tables.get(null)).toEqual(all.map(parsed));
        const named = all.map((one, n) => {
          const members = [`"table"${gap}:"t${n % 3}"`, `"row":${gap}${written(one, gap)}`];
          return `{${gap}${(n % 5 === 4 ? members.reverse() : members).join(`${gap},`)}${gap}}\n`;
        });
        const { tables, counts } = await readJson(rowsOfLines, named.join(""), sizes);
        for (const n of [0, 1, 2]) {
          const own = all.filter((_, at) => at % 3 === n);
          expect(tables.get(`t${n}`) ?? []).toEqual(own.map(parsed));
          expect(counts.get(`t${n}`) ?? new Map()).toEqual(countsOf(own));
        }
      }),
    );
  });

  it("are the same at every place where a chunk can end", async () => {
    const text = '{"data":{"a":[{"k\\u0065y":"ü\\"\\\\", "n":-1.5e+10,"x":[true,false,null,{}]},\n{}],"b":[]}}';
    const whole = await readJson(rowsOfDocument, text);
    for (let at = 1; at < Buffer.byteLength(text); at++)
      expect(await readJson(rowsOfDocument, text, [at, 1e9])).toEqual(whole);
    expect(whole.counts.get("a")).toEqual(
      new Map([
        ["key", 1],
        ["n", 1],
        ["x", 1],
      ]),
    );
  });

  it("keep all digits", async () => {
    const text = '[{"a":12345678901234567890.123456789012345678901234567890,"b":1e400}]';
    for await (const { lines } of rowsOfDocument(inChunks(text, [7])))
      expect(lines.toString()).toBe(`${text.slice(1, -1)}\n`);
  });

  it("know in which line each of them begins", async () => {
    const lines: number[] = [];
    const text = '{"metadata":\n{\n},"t":[\n{"a":\n1},{"a":\r\n2}\n\n,\n{}]}';
    for await (const _ of rowsOfDocument(inChunks(text, [3]), (_table, line) => lines.push(line)));
    expect(lines).toEqual([4, 5, 9]);
    const named: number[] = [];
    const ndjson =
      '{"table":"t","row":{"a":1}}\n\n{"table":"t","row":\n{"a":2}}\n{"row":{},"table":"t"}\n{"table":"t","row":{}}\n';
    for await (const _ of rowsOfLines(inChunks(ndjson, [5]), (_table, line) => named.push(line)));
    expect(named).toEqual([1, 4, 5, 6]);
  });
});
