import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowsOfDocument } from "@/jobs/data-file/json-document";
import { rowsOfLines } from "@/jobs/data-file/json-lines";
import { chunks, type Reader, readJson, rows, written } from "@/jobs/testing/json-text";

const refusal = (reader: Reader, text: string | Buffer, sizes?: number[]) =>
  readJson(reader, text, sizes).then(
    () => "taken",
    ({ code, message }) => (code === "IMPORT_INVALID" ? message : `${code} ${message}`),
  );

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
