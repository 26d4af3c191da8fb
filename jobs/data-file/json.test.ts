import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsOfDocument } from "@/jobs/data-file/json-document";
import { rowsOfLines } from "@/jobs/data-file/json-lines";
import type { JsonRows, RowListener } from "@/jobs/data-file/json-rows";

type Reader = (text: AsyncGenerator<Buffer>, onRow?: RowListener) => AsyncGenerator<JsonRows>;

async function* inChunks(text: string | Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** The rows of all tables as parsed values, and the counts of fields. */
async function read(reader: Reader, text: string | Buffer, sizes = [1e9]) {
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

const refusal = (reader: Reader, text: string | Buffer, sizes?: number[]) =>
  read(reader, text, sizes).then(
    () => "taken",
    ({ code, message }) => (code === "IMPORT_INVALID" ? message : `${code} ${message}`),
  );

const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "id", "größe", 'a"b', "a\\b", "\n"));
const value = fc.jsonValue({ maxDepth: 3 });
const row = fc.array(fc.tuple(name, value), { maxLength: 5 }).map((pairs) => new Map(pairs));
const rows = fc.array(row, { maxLength: 8 });
const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

const written = (map: Map<string, unknown>, gap: string) =>
  `{${gap}${[...map].map(([key, one]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${JSON.stringify(one, null, gap.replace(/[^ ]/g, " "))}`).join(`${gap},`)}${gap}}`;
/** As JSON.parse would make it, `__proto__` included. */
const parsed = (map: Map<string, unknown>) => JSON.parse(written(map, ""));
const countsOf = (all: Map<string, unknown>[]) => {
  const counts = new Map<string, number>();
  for (const one of all) for (const key of one.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

describe("rows of JSON", () => {
  it("are those that JSON.parse finds in a list, wherever its chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(rows, chunks, space, async (all, sizes, gap) => {
        const text = `${gap}[${gap}${all.map((one) => written(one, gap)).join(`${gap},${gap}`)}${gap}]${gap}`;
        const { tables, counts } = await read(rowsOfDocument, text, sizes);
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
        const { tables } = await read(rowsOfDocument, text, sizes);
        for (const [key, list] of named) expect(tables.get(key) ?? []).toEqual(list.map(parsed));
      }),
    );
  });

  it("are the lines of NDJSON, with the names of their tables or without", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), chunks, space, async (all, sizes, gap) => {
        const plain = await read(
          rowsOfLines,
          `${gap}${all.map((one) => written(one, gap)).join(`${gap}\r\n`)}${gap}`,
          sizes,
        );
        expect(plain.tables.get(null)).toEqual(all.map(parsed));
        const named = all.map((one, n) => {
          const members = [`"table"${gap}:"t${n % 3}"`, `"row":${gap}${written(one, gap)}`];
          return `{${gap}${(n % 5 === 4 ? members.reverse() : members).join(`${gap},`)}${gap}}\n`;
        });
        const { tables, counts } = await read(rowsOfLines, named.join(""), sizes);
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
    const whole = await read(rowsOfDocument, text);
    for (let at = 1; at < Buffer.byteLength(text); at++)
      expect(await read(rowsOfDocument, text, [at, 1e9])).toEqual(whole);
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

describe("JSON that is refused", () => {
  it("is what JSON.parse refuses, and what holds no rows", async () => {
    const broken = fc
      .tuple(rows, fc.nat(), fc.constantFrom("", "}", "]", ",", '"', "x", "0", "\\", ":", "{", "[", "\u0001"))
      .map(([all, at, put]) => {
        const text = `[${all.map((one) => written(one, " "))}]`;
        const place = at % text.length;
        return text.slice(0, place) + put + text.slice(place + 1);
      });
    await fc.assert(
      fc.asyncProperty(broken, chunks, async (text, sizes) => {
        const said = await refusal(rowsOfDocument, text, sizes);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) expect(said).toMatch(/^taken$|twice|has to be|begins with/);
        else expect(said).toMatch(/^Line \d+: /);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['[{"a":1},\n{"a":1,"a":2}]', 'Line 2: the row has "a" twice.'],
    ['[{"a":1},\n\n{"a":1,"\\u0061":2}]', 'Line 3: the row has "a" twice.'],
    ['[{"__proto__":1,"__proto__":2}]', 'Line 1: the row has "__proto__" twice.'],
    ["[{},\n1]", "Line 2: a row has to be an object, in braces."],
    ["[{},{}", "Line 1: the file is cut off here, within its JSON."],
    ['[{"a":"b\n"}]', "Line 1: a text holds a line break or another control character."],
    ["[{},]", "Line 1: a row has to be an object, in braces."],
    ["[{}]\n[]", "Line 2: there is something after the JSON's end."],
    ['{"a":[],\n"a":[]}', 'Line 2: "a" is there twice.'],
    ['{"a":[],"data":{"a":[]}}', 'Line 1: "a" is there twice.'],
    ['{"a":{}}', 'Line 1: "a" has to be a list of rows, in brackets.'],
    ['{"a":1}', "Line 1: the JSON has no list of rows."],
    ["1", "Line 1: a JSON file of rows begins with a bracket or a brace."],
    ["", "The file is empty."],
    [`[{"a":${"[".repeat(1000)}${"]".repeat(1000)}}]`, "Line 1: it is nested more than 1000 deep."],
    [`[{"${"a".repeat(1025)}":1}]`, "Line 1: a name has more than 1024 bytes."],
    [
      `[${Array.from({ length: 1601 }, (_, n) => `{"a${n}":1}`)}]`,
      "Line 1: the rows have more than 1600 different fields.",
    ],
  ])("says why, and where: %.40s", async (text, why) => {
    expect(await refusal(rowsOfDocument, text)).toBe(why);
    expect(await refusal(rowsOfDocument, text, [1])).toBe(why);
  });

  it.each([
    ["{}\n[]", "Line 2: a row has to be an object, in braces."],
    ["{}\n{\n", "Line 3: the file is cut off here, within its JSON."],
    ['{"table":"a","row":{}}\n{"id":1}', 'Line 2: a line has to be {"table": "…", "row": {…}}, as the first one is.'],
    ['{"table":"a","row":{}}\n{"table":"a","row":{},"b":1}', "Line 2: a line has more than a table and a row."],
    ['{"table":"a","row":{}}\n{"table":"a","row":{}', "Line 2: the file is cut off here, within its JSON."],
  ])("is refused in lines, too: %.40s", async (text, why) => {
    expect(await refusal(rowsOfLines, text)).toBe(why);
    expect(await refusal(rowsOfLines, text, [1])).toBe(why);
  });

  it("is a value of more than 64 MB, of which no more is read", async () => {
    const read = { bytes: 0 };
    async function* endless() {
      yield Buffer.from('[{"a":1},\n{"a":"');
      for (;;) {
        read.bytes += 1_000_000;
        yield Buffer.alloc(1_000_000, "x");
      }
    }
    await expect(
      rowsOfDocument(endless())
        .next()
        .then(() => rowsOfAll(endless())),
    ).rejects.toThrow("Line 2: there is a value of more than 64 MB.");
    expect(read.bytes).toBeLessThan(300_000_000);
  });
});

async function rowsOfAll(text: AsyncGenerator<Buffer>) {
  for await (const _ of rowsOfDocument(text));
}
