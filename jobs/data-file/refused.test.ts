import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Hints } from "@/jobs/data-file/recognise";
import { givenFiles, refusal } from "@/jobs/testing/rows-file";
import { zipped } from "@/jobs/testing/zipped";

givenFiles();

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
    const book = await zipped({ "[Content_Types].xml": "", "xl/workbook.xml": "" });
    expect(await refusal(book)).toBe(
      "This is a workbook of a spreadsheet program. Save the sheet as CSV, and upload that.",
    );
    expect(await refusal(await zipped({ "a.txt": "a" }))).toBe(
      "The zip file holds no CSV file at its top or in a folder there.",
    );
    expect(await refusal(await zipped({ "a.csv": "x\n", "b/a.csv": "x\n" }))).toBe("The zip file holds a.csv twice.");
    expect(await refusal(await zipped({ "a.csv": "x\n" }), { format: "json" })).toMatch(
      /^A zip file is taken with CSV/,
    );
    const zip = await zipped({ "a.csv": "x\n1\n", "b.csv": `y\n${"1\n".repeat(40)}` });
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
    expect(await refusal(await zipped({ "a.csv": "x\n", "b.csv": 'x\n"1\n' }))).toBe(
      "b.csv, line 2: a quote is never closed.",
    );
    const bytes = Buffer.concat([Buffer.from("x\n1\n"), Buffer.from([0xff]), Buffer.from("\n")]);
    expect(await refusal(await zipped({ "a.csv": "x\n", "b.csv": bytes }))).toBe(
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
    const harmlessBytes = 1_000_000;
    const bomb = Buffer.from(`a,b\n${"1,2\n".repeat(300_000)}`);
    const why = "The file unpacks to more than 200 times its size, as no file of rows does.";
    expect(await refusal(gzipSync(bomb), { harmlessBytes })).toBe(why);
    expect(await refusal(await zipped({ "a.csv": bomb }), { harmlessBytes })).toBe(why);
    expect(await refusal(gzipSync(bomb.subarray(0, 400_000)), { harmlessBytes })).toBe("taken");
    // Without a word about it, so small a file is harmless.
    expect(await refusal(gzipSync(bomb))).toBe("taken");
  });
});
