import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvSource } from "@/jobs/data-file/csv-source";
import { csvRecords } from "@/jobs/data-file/records";
import { adminSql } from "@/jobs/testing/tenant";

const sourceOf = (text: string) => {
  const bytes = Buffer.from(text);
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  };
  return csvSource(pieces(), { file: null, table: null, delimiter: "," });
};

/** What PostgreSQL makes of the records that go through. */
async function copied(text: string): Promise<(string | null)[][]> {
  const { header, records } = await sourceOf(text);
  const columns = header.map((_, n) => `c${n}`);
  return adminSql().begin(async (sql) => {
    await sql.unsafe(`create temp table copied (${columns.map((name) => `${name} text`)}, n serial) on commit drop`);
    const into = await sql.unsafe(`copy copied (${columns}) from stdin (format csv)`).writable();
    await pipeline(Readable.from(records), into);
    const rows = await sql.unsafe(`select ${columns} from copied order by n`);
    return rows.map((row) => columns.map((name) => row[name]));
  });
}

async function read(text: string): Promise<(string | null)[][]> {
  const found: (string | null)[][] = [];
  for await (const batch of csvRecords(await sourceOf(text))) found.push(...batch.map(({ values }) => values));
  return found;
}

it("COPY reads records as the careful reader does, ends of data, empty lines and odd quotes included", async () => {
  const piece = fc.constantFrom("a", "1", '"x,\ny"', '""', '""""', '"q"', "\\.", "ü", " ", "'");
  const cell = fc.oneof(
    fc.array(piece, { maxLength: 3 }).map((all) => all.join("")),
    fc.constantFrom("\\.", ""),
  );
  const table = fc.integer({ min: 1, max: 3 }).chain((columns) => {
    const row = fc.array(cell, { minLength: columns, maxLength: columns }).map((cells) => cells.join(","));
    const header = ["h", "i", "j"].slice(0, columns).join(",");
    return fc.array(fc.oneof({ weight: 5, arbitrary: row }, fc.constant(""))).map((rows) => [header, ...rows]);
  });
  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom("\n", "\r\n"), fc.boolean(), async (lines, ...[end, hasLast]) => {
      const text = lines.join(end) + (hasLast ? end : "");
      expect(await read(text)).toEqual(await copied(text));
    }),
    { numRuns: 100 },
  );
});

it("all rows of a file whose values are what COPY ends its data by are copied", async () => {
  expect(await copied("h\n1\n\\.\n2\n\n\\.")).toEqual([["1"], ["\\."], ["2"], [null], ["\\."]]);
  expect(await copied('h,i\r\n1,"a\r\nb"\r\n\r\n2,""\r\n\r\n')).toEqual([
    ["1", "a\r\nb"],
    ["2", ""],
  ]);
});
