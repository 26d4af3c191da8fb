import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { inspect } from "@/jobs/data-file/inspect";
import { linesOfRows, type ReadOptions, readSources } from "@/jobs/data-file/read";
import { type Hints, recognise } from "@/jobs/data-file/recognise";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "data-file-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function fileOf(bytes: Buffer | string): Promise<string> {
  const file = path.join(folder, `${files++}`);
  await writeFile(file, bytes);
  return file;
}

function zipOf(entries: Record<string, Buffer | string>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, bytes] of Object.entries(entries)) zip.addBuffer(Buffer.from(bytes), name);
  zip.end();
  return buffer(zip.outputStream);
}

const never = new AbortController().signal;
async function opened(bytes: Buffer | string, hints?: Hints & Partial<ReadOptions>): Promise<ReadOptions> {
  const file = await fileOf(bytes);
  return { path: file, nature: await recognise(file, hints), maxBytes: 1e9, signal: never, ...hints };
}

async function textsOf(options: ReadOptions): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const source of readSources(options)) {
    const name = String(source.table);
    found[name] ??= source.kind === "csv" ? `[${source.header}]` : "";
    if (source.kind === "json") found[name] += source.lines;
    else for await (const records of source.records) found[name] += records;
  }
  return found;
}

const read = async (bytes: Buffer | string, hints?: Hints & Partial<ReadOptions>) =>
  textsOf(await opened(bytes, hints));

const refusal = (bytes: Buffer | string, hints?: Hints & Partial<ReadOptions>): Promise<string> =>
  read(bytes, hints).then(
    () => "taken",
    ({ code, message }) => (code === "IMPORT_INVALID" ? message : `${code} ${message}`),
  );

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
    expect(await natureOf(await zipOf({ "a.csv": "a;b\n" }))).toEqual({ ...csv, packing: "zip", delimiter: ";" });
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
    const zip = await zipOf({
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
    const zip = await opened(await zipOf({ "a.csv": "x\n1\n", "b.csv": "x\n1\n2\n" }));
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

describe("a file that is none of rows", () => {
  const dump = "This is a dump by pg_dump. Make a project of it, in the list of projects.";
  it.each<[string, Buffer | string, string, Hints?]>([
    ["nothing", "", "The file is empty."],
    ["white space", " \n", "The file is empty but for white space."],
    ["a packed nothing", gzipSync(""), "The file is empty."],
    ["a custom dump", "PGDMP\x01\x0e\0", dump],
    ["a packed dump", gzipSync("PGDMP\x01\x0e\0"), dump],
    ["a plain dump", "--\n-- PostgreSQL database dump\n--\n", dump],
    [
      "a binary",
      Buffer.from([1, 2, 0, 200, 0, 0, 7]),
      "This is no text. CSV, JSON and NDJSON are taken, also packed with gzip, and CSV files in a zip file.",
    ],
    ["zstd", zstdCompressSync(Buffer.from("a,b")), "The file is packed with zstd. Pack it with gzip, or not at all."],
    ["gzip twice", gzipSync(gzipSync("a,b")), "The file is packed twice. Unpack it once."],
    [
      "an old workbook",
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      "This is a workbook of a spreadsheet program. Save the sheet as CSV, and upload that.",
    ],
    ["a web page", "<!DOCTYPE html><html>", "This is a web page or XML. CSV, JSON and NDJSON are taken."],
    [
      "other text called JSON",
      "a,b",
      "Line 1: this is no JSON, which begins with a bracket or a brace.",
      { filename: "a.json" },
    ],
    ["a long delimiter", "a,b", "A delimiter has to be one ASCII character, and no quote.", { delimiter: "ab" }],
    ["a quote as delimiter", "a,b", "A delimiter has to be one ASCII character, and no quote.", { delimiter: '"' }],
  ])("is refused: %s", async (...[, bytes, why, hints]) => {
    expect(await refusal(bytes, hints)).toBe(why);
  });

  it("is refused as a zip file of something else, twice the same, locked or damaged", async () => {
    const book = await zipOf({ "[Content_Types].xml": "", "xl/workbook.xml": "" });
    expect(await refusal(book)).toBe(
      "This is a workbook of a spreadsheet program. Save the sheet as CSV, and upload that.",
    );
    expect(await refusal(await zipOf({ "a.txt": "a" }))).toBe(
      "The zip file holds no CSV file at its top or in a folder there.",
    );
    expect(await refusal(await zipOf({ "a.csv": "x\n", "b/a.csv": "x\n" }))).toBe("The zip file holds a.csv twice.");
    expect(await refusal(await zipOf({ "a.csv": "x\n" }), { format: "json" })).toMatch(/^A zip file is taken with CSV/);
    const zip = await zipOf({ "a.csv": "x\n1\n", "b.csv": `y\n${"1\n".repeat(40)}` });
    expect(await refusal(zip.subarray(0, zip.length - 8))).toMatch(/^The zip file is damaged/);
    const locked = Buffer.from(zip);
    const entry = locked.indexOf(Buffer.from("PK\x01\x02", "latin1"));
    locked.writeUInt16LE(locked.readUInt16LE(entry + 8) | 1, entry + 8);
    expect(await refusal(locked)).toBe("The zip file is locked with a password. Pack it without one.");
    const changed = Buffer.from(zip);
    const sum = changed.lastIndexOf(Buffer.from("PK\x01\x02", "latin1")) + 16;
    changed.writeUInt32LE((changed.readUInt32LE(sum) ^ 1) >>> 0, sum);
    expect(await refusal(changed)).toBe("b.csv is damaged in the zip file. Pack it again.");
    const outside = Buffer.from(zip.toString("latin1").replaceAll("a.csv", "../aa"), "latin1");
    expect(await refusal(outside)).toMatch(/^The zip file is damaged or of an unknown kind/);
  });

  it("is refused with the table and line in a zip file", async () => {
    expect(await refusal(await zipOf({ "a.csv": "x\n", "b.csv": 'x\n"1\n' }))).toBe(
      "b.csv, line 2: a quote is never closed.",
    );
    const bytes = Buffer.concat([Buffer.from("x\n1\n"), Buffer.from([0xff]), Buffer.from("\n")]);
    expect(await refusal(await zipOf({ "a.csv": "x\n", "b.csv": bytes }))).toBe(
      "b.csv, line 3: this is no UTF-8 text. Name its encoding.",
    );
  });

  it("is refused where its text stops to be UTF-8, or holds a NUL, with the line", async () => {
    const long = `a,b\n${"1,ü\n".repeat(400_000)}`;
    const bad = (bytes: number[]) =>
      Buffer.concat([Buffer.from(long), Buffer.from("x"), Buffer.from(bytes), Buffer.from("\n1,2\n")]);
    expect(await refusal(bad([0xe4]))).toBe("Line 400002: this is no UTF-8 text. Name its encoding.");
    expect(await refusal(gzipSync(bad([0xe4])))).toBe("Line 400002: this is no UTF-8 text. Name its encoding.");
    expect(await refusal(bad([0]))).toBe("Line 400002: there is a NUL byte, which no text has.");
    expect(await refusal(bad([0xc3, 0xbc]))).toBe("taken");
    expect(await refusal(Buffer.from("a,b\n1,\xc3", "latin1"), { encoding: "utf-8" })).toBe(
      "Line 2: the file ends within a character.",
    );
    const utf16 = Buffer.from(`\ufeff${"a,b\n".repeat(100_000)}x`, "utf16le");
    expect(await refusal(Buffer.concat([utf16, Buffer.from([0x00, 0xd8, 0x41, 0x00])]))).toBe(
      "Line 100001: this is no UTF-16LE text. Name its encoding.",
    );
  });

  it("is refused when its compressed data is cut or damaged", async () => {
    const packed = gzipSync(
      Buffer.from(`a,b\n${Array.from({ length: 200_000 }, (_, n) => `${n * 7919},${n}\n`).join("")}`),
    );
    for (const cut of [packed.length - 1, packed.length - 9, packed.length >> 1, 20])
      expect(await refusal(packed.subarray(0, cut))).toBe(
        "The file is cut off: its compressed data has no end. Upload it again.",
      );
    const changed = Buffer.from(packed);
    changed.writeUInt8(changed.readUInt8(packed.length - 6) ^ 1, packed.length - 6);
    expect(await refusal(changed)).toBe("The file's compressed data is damaged. Upload it again.");
  });

  it("is refused when it unpacks to more than is allowed, or to what no rows do", async () => {
    expect(await refusal(`a\n${"1\n".repeat(1_000_000)}`, { maxBytes: 1_500_000 })).toBe(
      "The file holds more than the 1 MB that are allowed.",
    );
    const bomb = Buffer.from(`a,b\n${"1,2\n".repeat(30_000_000)}`);
    const why = "The file unpacks to more than 200 times its size, as no file of rows does.";
    expect(await refusal(gzipSync(bomb))).toBe(why);
    expect(await refusal(await zipOf({ "a.csv": bomb }))).toBe(why);
    expect(await refusal(gzipSync(bomb.subarray(0, 40_000_000)))).toBe("taken");
  });
});

describe("the head of a file", () => {
  it("shows a person the fields and first rows", async () => {
    const csv = await inspect(await fileOf(`id;note\n1;"a\nb"\n2;\n3;""\n${"4;x\n".repeat(30)}`));
    expect(csv).toMatchObject({ format: "csv", delimiter: ";", isWhole: true });
    expect(csv.tables[0]?.fields).toEqual(["id", "note"]);
    expect(csv.tables[0]?.rows).toHaveLength(20);
    expect(csv.tables[0]?.rows.slice(0, 3)).toEqual([
      ["1", "a\nb"],
      ["2", null],
      ["3", ""],
    ]);
    const json = await inspect(
      await fileOf('{"a":[{"id":12345678901234567890,"x":{"y": 1}},{"z":null,"__proto__":"\\u00fc"}],"b":[{"n":"x"}]}'),
    );
    expect(json.tables).toEqual([
      {
        name: "a",
        fields: ["id", "x", "z", "__proto__"],
        rows: [
          ["12345678901234567890", '{"y": 1}', null, null],
          [null, null, null, "ü"],
        ],
      },
      { name: "b", fields: ["n"], rows: [["x"]] },
    ]);
  });

  it("is enough, however the rest looks", async () => {
    const rows = Array.from({ length: 50_000 }, (_, n) => `{"id":${n},"note":"ü${"x".repeat(300)}"}`);
    const json = await inspect(await fileOf(`[${rows}`));
    expect(json).toMatchObject({ isWhole: false, tables: [{ name: null, fields: ["id", "note"] }] });
    expect(json.tables[0]?.rows).toHaveLength(20);
    expect(json.tables[0]?.rows[0]?.[1]).toBe(`ü${"x".repeat(199)}…`);
    const csv = await inspect(await fileOf(`a,b\n${'1,"ü\n"\n'.repeat(100_000)}"`));
    expect(csv).toMatchObject({ isWhole: false, tables: [{ fields: ["a", "b"] }] });
    const zip = await inspect(await fileOf(await zipOf({ "a.csv": "x\n1\n", "b.csv": "y,z\n" })));
    expect(zip.tables).toEqual([
      { name: "a", fields: ["x"], rows: [["1"]] },
      { name: "b", fields: ["y", "z"], rows: [] },
    ]);
  });
});
