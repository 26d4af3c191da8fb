import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { linesOfRows, readSources } from "@/jobs/data-file/read";
import { type Hints, recognise } from "@/jobs/data-file/recognise";
import { fileOf, givenFiles, opened, read, refusal } from "@/jobs/testing/rows-file";
import { zipped } from "@/jobs/testing/zipped";

givenFiles();

const natureOf = async (bytes: Buffer | string, hints?: Hints) => recognise(await fileOf(bytes), hints);

describe("a file of rows", () => {
  it("is recognised by its content", async () => {
    const csv = { format: "csv", packing: "none", encoding: "utf-8", delimiter: "," };
    expect(await natureOf("a,b\n1,2\n")).toEqual(csv);
    expect(await natureOf("a\n1\n")).toEqual(csv);
    expect(await natureOf('"x;y,z";b\n"1,2,3";2\n')).toEqual({ ...csv, delimiter: ";" });
    expect(await natureOf("a\tb\n1,5\t2\n")).toEqual({ ...csv, delimiter: "\t" });
    expect(await natureOf("a|b", { delimiter: "," })).toEqual(csv);
    expect(await natureOf(gzipSync("a|b\n1|2"))).toEqual({ ...csv, packing: "gzip", delimiter: "|" });
    expect(await natureOf(await zipped({ "a.csv": "a;b\n" }))).toEqual({ ...csv, packing: "zip", delimiter: ";" });
    const json = { format: "json", packing: "none", encoding: "utf-8", delimiter: null };
    expect(await natureOf(' [{"a":1}]')).toEqual(json);
    expect(await natureOf('{"clients":[{"a":1}]}')).toEqual(json);
    expect(await natureOf('{"metadata":{},\n"data":{}}')).toEqual(json);
    expect(await natureOf(`{"metadata":"${"x".repeat(100_000)}","a":[]}`)).toEqual(json);
    expect(await natureOf(gzipSync("[]"))).toEqual({ ...json, packing: "gzip" });
    expect(await natureOf("[a],[b]\n1,2", { filename: "a.csv" })).toEqual(csv);
    const ndjson = { ...json, format: "ndjson" };
    expect(await natureOf('{"a":1}\n{"a":2}')).toEqual(ndjson);
    expect(await natureOf('{"a":1}')).toEqual(ndjson);
    expect(await natureOf('{"a":[{}]}', { filename: "A.NDJSON.gz" })).toEqual(ndjson);
    expect(await natureOf('{"table":"a","row":{"b":[]}}')).toEqual(ndjson);
    expect(await natureOf(`{"table":"a","row":{"b":"${"x".repeat(100_000)}"}}`)).toEqual(ndjson);
  });

  it("may be in another encoding than UTF-8, which is found or told", async () => {
    const text = 'name,note\nMüller,"€ 5\n"\n';
    const expected = { null: '[name,note]Müller,"€ 5\n"\n' };
    const utf16 = Buffer.from(text, "utf16le");
    expect(await read(`\ufeff${text}`)).toEqual(expected);
    expect(await read(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]))).toEqual(expected);
    expect(await read(utf16)).toEqual(expected);
    expect(await read(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]))).toEqual(expected);
    const windows = Buffer.from(text.replace("€", "\x80"), "latin1");
    expect((await natureOf(windows)).encoding).toBe("windows-1252");
    expect(await read(windows)).toEqual(expected);
    expect(await read(windows, { encoding: "windows-1252" })).toEqual(expected);
    expect(await refusal(windows, { encoding: "utf-8" })).toBe("Line 2: this is no UTF-8 text. Name its encoding.");
    const json = `\ufeff[{"a":"ü"}]`;
    expect(await read(Buffer.from(json, "utf16le"))).toEqual({ null: '{"a":"ü"}\n' });
  });

  it("is read from a zip file table by table, without what a Mac or a person adds", async () => {
    const zip = await zipped({
      "tenant/clients.csv": "id\n1\n",
      "tenant/charts.CSV": "id,n\n1,2\n",
      "__MACOSX/tenant/._clients.csv": "\0\0",
      "tenant/deep/er.csv": "id\n1\n",
      "readme.txt": "hello",
    });
    expect(await read(zip)).toEqual({ clients: "[id]1\n", charts: "[id,n]1,2\n" });
    const tables = [];
    for await (const source of readSources(await opened(zip))) tables.push(source.table);
    expect(tables).toEqual(["clients", "charts"]);
  });

  it("is read as JSON and NDJSON, packed or not, with all digits", async () => {
    const row = '{"id":12345678901234567890.10}';
    expect(await read(gzipSync(`{"clients":[${row}],"charts":[]}`))).toEqual({
      clients: `${row}\n`,
      charts: "",
    });
    expect(await read(Buffer.concat([gzipSync(`${row}\n`), gzipSync(`${row}\n`)]))).toEqual({
      null: `${row}\n${row}\n`,
    });
    expect(await read(`{"table":"a","row":${row}}\n{"table":"b","row":${row}}\n`)).toEqual({
      a: `${row}\n`,
      b: `${row}\n`,
    });
  });

  it("tells how much of it has been read", async () => {
    const seen: number[] = [];
    const bytes = gzipSync("a,b\n1,2\n");
    await read(bytes, { onBytes: (packed) => seen.push(packed) });
    expect(seen.at(-1)).toBe(bytes.length);
  });

  it("tells the lines of rows", async () => {
    const csv = await opened('\na,b\n1,"x\ny"\n\n2,z\n');
    expect(await linesOfRows(csv, null, [1, 2, 9])).toEqual(
      new Map([
        [1, 3],
        [2, 6],
      ]),
    );
    const zip = await opened(await zipped({ "a.csv": "x\n1\n", "b.csv": "x\n1\n2\n" }));
    expect(await linesOfRows(zip, "b", [2])).toEqual(new Map([[2, 3]]));
    const json = await opened('{"a":[{},\n{}],\n"b":[\n{},\n\n{}]}');
    expect(await linesOfRows(json, "b", [2])).toEqual(new Map([[2, 6]]));
    expect(await linesOfRows(json, "a", [2, 1])).toEqual(
      new Map([
        [1, 1],
        [2, 2],
      ]),
    );
  });

  it("is no longer read when the signal aborts", async () => {
    const abort = new AbortController();
    const reading = readSources(await opened(`a\n${"1\n".repeat(2_000_000)}`, { signal: abort.signal }));
    const { value } = await reading.next();
    if (value?.kind !== "csv") throw new Error("no CSV");
    let pieces = 0;
    const all = async () => {
      for await (const _ of value.records) if (++pieces === 1) abort.abort();
    };
    await expect(all()).rejects.toThrow("aborted");
    expect(pieces).toBeLessThan(5);
  });
});
