import { open } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { openTable } from "@/jobs/browse/dump";
import { tableFile, tableFormats } from "@/jobs/browse/table-file";
import { testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { unique } from "@/jobs/testing/tenant";

const head =
  "CREATE TABLE a.t (\n    id bigint NOT NULL,\n    note text,\n    data jsonb\n);\n\nCOPY a.t (id, note, data) FROM stdin;\n";
const line = `12345678901234567\tsome "words", and\\tmore of them\t{"a": [1, 2.50, null]}\n`;
const total = 150e6;

describe.each(tableFormats)("a table of 150 MB as %s", (format) => {
  it("is made in as much memory as a small one would take", async () => {
    const file = path.join(testEnv.folder, unique());
    const handle = await open(file, "w");
    const many = Buffer.from(line.repeat(20_000));
    await handle.write(head);
    for (let written = 0; written < total; written += many.length) await handle.write(many);
    await handle.write("\\.\n\n");
    await handle.close();
    const archive = { path: file, format: "custom", compression: "none", encryption: null, dump: null } as const;
    const signal = new AbortController().signal;
    await using table = await openTable(
      { archive, format: "sql", pgRestore: await realTool("pg_restore"), signal },
      "t",
    );
    if (!table) throw new Error("no table");
    const before = process.memoryUsage.rss();
    let most = before;
    let bytes = 0;
    for await (const piece of tableFile(format, table, "t")) {
      bytes += piece.length;
      most = Math.max(most, process.memoryUsage.rss());
    }
    expect(bytes).toBeGreaterThan(total);
    expect((most - before) / 1e6).toBeLessThan(250);
  });
});
