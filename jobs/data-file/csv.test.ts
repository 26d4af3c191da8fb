import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvSource } from "@/jobs/data-file/csv-source";
import { csvRecords } from "@/jobs/data-file/records";

async function* inChunks(text: string | Buffer, sizes: number[]): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = Math.max(1, sizes[n % sizes.length] ?? bytes.length);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const sourceOf = (text: string | Buffer, delimiter = ",", sizes = [1e9]) =>
  csvSource(inChunks(text, sizes), { file: null, table: null, delimiter });

async function records(text: string | Buffer, delimiter?: string, sizes?: number[]) {
  const source = await sourceOf(text, delimiter, sizes);
  const all = [];
  for await (const batch of csvRecords(source)) all.push(...batch);
  return { header: source.header, all };
}

async function bytes(text: string | Buffer, sizes?: number[]) {
  const found: Buffer[] = [];
  for await (const piece of (await sourceOf(text, ",", sizes)).records) found.push(piece);
  return Buffer.concat(found).toString();
}

const refusal = (text: string | Buffer, sizes?: number[]) =>
  records(text, ",", sizes).then(
    () => "taken",
    ({ code, message }) => (code === "IMPORT_INVALID" ? message : `${code} ${message}`),
  );

const cell = fc.oneof(
  fc.string(),
  fc.constantFrom(null, "", '"', "\n", "\r\n", ",", ";", "\\.", "ü", "'", " a ", "\t|"),
);
const chunks = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

function writtenCell(value: string | null, delimiter: string): string {
  if (value === null) return "";
  const isPlain = value !== "" && !/["\r\n\\]/.test(value) && !value.includes(delimiter);
  return isPlain ? value : `"${value.replaceAll('"', '""')}"`;
}

describe("records of CSV", () => {
  it("are those that csv-parse finds, wherever the chunks end, whatever the delimiter and the line's end", async () => {
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 6 }));
    const options = fc.record({
      delimiter: fc.constantFrom(",", ";", "\t", "|"),
      end: fc.constantFrom("\n", "\r\n"),
      hasLast: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(table, chunks, options, async (rows, sizes, { delimiter, end, hasLast }) => {
        const header = ["a", "b\n", 'c"', "d"].slice(0, rows[0]?.length ?? 2);
        const text =
          [header, ...rows].map((row) => row.map((value) => writtenCell(value, delimiter)).join(delimiter)).join(end) +
          (hasLast ? end : "");
        const ours = await records(text, delimiter, sizes);
        const theirs = parse(text, { delimiter, record_delimiter: [end], relax_column_count: true });
        expect([ours.header, ...ours.all.map(({ values }) => values.map((value) => value ?? ""))]).toEqual(theirs);
        expect(ours.all.map(({ values }) => values)).toEqual(rows);
        expect(ours.all.map(({ row }) => row)).toEqual(rows.map((_, n) => n + 1));
      }),
    );
  });

  it("go through as they are, without a header and empty lines", async () => {
    const text = 'a,b\n1,"x\n\ny"\n\n\n2,""""\n"",\n';
    for (let size = 1; size < text.length; size++) {
      expect(await bytes(text, [size])).toBe('1,"x\n\ny"\n2,""""\n"",\n');
      expect(await bytes(text.replaceAll("\n", "\r\n"), [size])).toBe('1,"x\r\n\r\ny"\r\n2,""""\r\n"",\r\n');
    }
    expect(await bytes("a,b\n1,2")).toBe("1,2");
    expect(await bytes("a,b\n")).toBe("");
    expect(await bytes("a,b")).toBe("");
  });

  it("are one NULL where a table of one column has an empty line", async () => {
    expect((await records("a\n\n1\n\n")).all.map(({ values }) => values)).toEqual([[null], ["1"], [null]]);
  });

  it("do not end at what COPY takes for the end of all data", async () => {
    const text = "a\n1\n\\.\n2\n\\.\r\n3\n\\.";
    for (let size = 1; size < text.length; size++)
      expect(await bytes(text, [size])).toBe('1\n"\\."\n2\n"\\."\r\n3\n"\\."');
    expect(await bytes('a,b\n\\.,1\n"x\n\\.\n",2\n')).toBe('\\.,1\n"x\n\\.\n",2\n');
  });

  it("have their lines, also when they are ragged, and their NULLs", async () => {
    const text = '\n\na,b\r\n1\r\n\r\n"x\ny",2,3\r\n"",\r\nte"s,"t,4\r\n';
    for (const size of [1, 2, 3, 7, 1e9]) {
      const { all } = await records(text, ",", [size]);
      expect(all.map(({ line, values }) => [line, ...values])).toEqual([
        [4, "1"],
        [6, "x\ny", "2", "3"],
        [8, "", null],
        [9, "tes,t", "4"],
      ]);
    }
  });

  it("may have cells of a megabyte, and headers that are dangerous elsewhere", async () => {
    const cellText = "ü".repeat(600_000);
    const { header, all } = await records(`__proto__,constructor\n"${cellText}",2\n`, ",", [65_536]);
    expect(header).toEqual(["__proto__", "constructor"]);
    expect(all[0]?.values).toEqual([cellText, "2"]);
  });
});

describe("CSV that is refused", () => {
  it.each([
    ["a,a\n", 'Line 1: two columns are called "a".'],
    ["\na,,b\n", "Line 2: column 2 has no name."],
    ["a, ,b\n", "Line 1: column 2 has no name."],
    [`${Array.from({ length: 1601 }, (_, n) => `c${n}`)}\n`, "Line 1: the header has more than 1600 columns."],
    [`a,${"b".repeat(1025)}\n`, "Line 1: the name of column 2 has more than 1024 bytes."],
    ['"a,b\n1,2\n', "Line 1: a quote in the header is never closed."],
    ['a,b\n1,2\n3,"4\n5,6\n', "Line 3: a quote is never closed."],
    ["a,b\r1,2\r3,4", "Line 1: its lines end with carriage returns alone. Save it with line feeds."],
    ["", "Line 1: there is no header: the file is empty."],
    ["a".repeat(1_100_000), "Line 1: the header has more than 1 MB."],
  ])("says why, and where: %.40s", async (text, why) => {
    expect(await refusal(text, [100_000])).toBe(why);
    if (text.length < 1000) expect(await refusal(text, [1])).toBe(why);
  });

  it("is a record of more than 64 MB, with the line of a quote that may be open", async () => {
    const text = Buffer.concat([Buffer.from('a,b\n1,2\n3,"'), Buffer.alloc(70_000_000, "x\n")]);
    expect(await refusal(text, [1_000_000])).toBe(
      "Line 3: a record has more than 64 MB. Its quote in line 3 may not be closed.",
    );
  });
});
