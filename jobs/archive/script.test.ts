import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readScript } from "@/jobs/archive/script";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { inPieces, piecesOf, type WholePiece } from "@/jobs/testing/script-pieces";
import { realTool } from "@/jobs/testing/stand-in";
import { sessions, unique } from "@/jobs/testing/tenant";
import { makeShared, tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();
const run = promisify(execFile);

const statements = [
  "SET client_encoding = 'UTF8';",
  "CREATE TABLE a.\"b;c\"\"--\" (\n    id integer, -- why; not\n    note text DEFAULT ';''--'::text\n);",
  "CREATE FUNCTION a.f() RETURNS void\n    LANGUAGE plpgsql\n    AS $_$ begin; -- '\n--\n\\.\nCOPY x FROM stdin;\n$$ $1 '$_ end $_$;",
  "CREATE FUNCTION a.g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
  "CREATE OR REPLACE PROCEDURE a.h(x int) BEGIN ATOMIC INSERT INTO a.t VALUES (x); END;",
  "CREATE RULE r AS ON INSERT TO a.t DO ( SELECT 1; SELECT 2; );",
  "COMMENT ON TABLE a.t IS E'it\\'s; \\\\';",
  "COMMENT ON TABLE a.t IS E'it''s\\'; one';",
  "COMMENT ON TABLE a.t IS 'C:\\';",
  "SELECT /* nested /* ; */ ' */ 1;",
  "SELECT a$b$ FROM a.t WHERE x$y = 1;",
  'COPY_t."x FROM stdin;";',
  "SELECT 'üé🐘;', 3--2\n;",
];
const copies = [
  { text: "COPY a.t (id, note) FROM stdin;", data: "1\t\\N\n2\t\\\\.\n3\t\n" },
  { text: "COPY a.empty (id) FROM stdin;", data: "" },
  { text: 'COPY a."nothing;"  FROM stdin;', data: "\n\n" },
  { text: "COPY a.words (w) FROM stdin;", data: "CREATE TABLE x ('\n-- $$ /*\n\\\\restrict\n\\\\.x\n.\n" },
];

const statement = fc.constantFrom(...statements).map((text) => ({ kind: "statement", text }));
const command = fc.constantFrom("\\restrict abc", "\\connect 'x;y'").map((text) => ({ kind: "command", text }));
const copy = fc.constantFrom(...copies).map((one) => ({ kind: "copy", ...one }));
const blank = fc.constantFrom("\n", "\n\n--\n-- Name: x; Type: TABLE; it's\n--\n\n", "\n  \t\n");
const piece = fc.oneof(statement, command, copy);
const script = fc.array(fc.tuple(blank, piece), { maxLength: 12 });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

const written = (one: { kind: string; text: string; data?: string }) =>
  one.data === undefined ? `${one.text}\n` : `${one.text}\n${one.data}\\.\n`;
const plain = ({ kind, text, data }: WholePiece) => ({ kind, text, ...(data ? { data: data.toString() } : {}) });

describe("a script", () => {
  it("gives the pieces that were written into it, however its bytes come", async () => {
    await fc.assert(
      fc.asyncProperty(script, sizes, async (parts, chunks) => {
        const bytes = Buffer.from(parts.map(([before, one]) => before + written(one)).join(""));
        expect((await piecesOf(bytes, chunks)).map(plain)).toEqual(parts.map(([, one]) => one));
      }),
      { numRuns: 500 },
    );
  });

  it("is read on where the next piece begins, whoever left rows unread", async () => {
    const bytes = Buffer.from(copies.map((one) => written({ kind: "copy", ...one })).join("\n") + statements[0]);
    const seen: string[] = [];
    for await (const one of readScript(inPieces(bytes, [7]))) {
      if (one.kind === "copy" && seen.length > 0) for await (const _ of one.data) break;
      seen.push(one.text);
    }
    expect(seen).toEqual([...copies.map(({ text }) => text), statements[0]]);
  });

  it("that ends in the middle of anything is damaged", async () => {
    for (const text of [
      "CREATE TABLE a.t (",
      "SELECT 'x;",
      "COPY a.t FROM stdin;\n1\n2\n",
      "COPY a.t FROM stdin;\n",
      "SELECT 1",
    ])
      await expect(piecesOf(Buffer.from(text), [3])).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
    for (const text of ["", "\n-- nothing", "--"]) expect(await piecesOf(Buffer.from(text), [1])).toEqual([]);
  });

  it("in another encoding is read in that one, its bytes kept", async () => {
    const bytes = Buffer.from("SET client_encoding = 'LATIN1';\nCOMMENT ON TABLE a.t IS 'Grün';\n", "latin1");
    expect((await piecesOf(bytes))[1]).toMatchObject({
      text: "COMMENT ON TABLE a.t IS 'Grün';",
      bytes: Buffer.from("COMMENT ON TABLE a.t IS 'Grün';", "latin1"),
    });
  });

  it("knows where a string ends when backslashes escape", async () => {
    const text = "SET standard_conforming_strings = off;\nSELECT 'it\\'s; one';\nSELECT 2;\n";
    expect((await piecesOf(Buffer.from(text), [2])).map((one) => one.text)).toEqual(text.trim().split("\n"));
  });

  it("ends its source when nobody reads on", async () => {
    let isEnded = false;
    async function* source() {
      try {
        for (;;) yield Buffer.from("COPY a.t FROM stdin;\n1\n\\.\n");
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of readScript(source())) break;
    expect(isEnded).toBe(true);
  });
});

describe("a dump of a tenant with everything", () => {
  it("is the same tenant again when its pieces are put together", async () => {
    const tenant = await tortureTenant();
    const args = [`--schema=${quoteIdent(tenant.schema)}`, "-d", testEnv.tenantUrl];
    const dump = execFileSync(await realTool("pg_dump"), args, { maxBuffer: 1e9 });
    const pieces = await piecesOf(dump, [65_536, 1, 70_001]);
    const rejoined = pieces.flatMap(({ bytes, data }) =>
      [bytes, "\n", ...(data ? [data, "\\.\n"] : [])].map((part) => Buffer.from(part)),
    );
    const file = path.join(testEnv.folder, unique());
    await writeFile(file, Buffer.concat(rejoined));
    const url = await emptyDatabase();
    await makeShared(sessions(url), tenant.shared);
    await run(await realTool("psql"), ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", file]);
    expect(await contentsOf(url, tenant.schema)).toEqual(await contentsOf(testEnv.tenantUrl, tenant.schema));
    const functions = pieces.filter(({ text }) => /^CREATE (FUNCTION|PROCEDURE)/.test(text));
    expect(functions).toHaveLength(3);
  });
});

it("rows of a gigabyte pass at 300 MB/s or more, in as much memory as a little would take", async () => {
  const line = "12345\tsomebody@example.org\t\\N\t2026-01-29 15:30:07.891+00\tsome words of text\n";
  const chunk = Buffer.from(line.repeat(13_000));
  const total = 1e9;
  let most = 0;
  async function* source() {
    yield Buffer.from("COPY a.t (b) FROM stdin;\n");
    for (let sent = 0; sent < total; sent += chunk.length) {
      most = Math.max(most, process.memoryUsage.rss());
      yield chunk;
    }
    yield Buffer.from("\\.\n");
  }
  const before = process.memoryUsage.rss();
  const started = process.cpuUsage();
  let bytes = 0;
  for await (const one of readScript(source()))
    if (one.kind === "copy") for await (const some of one.data) bytes += some.length;
  const { user, system } = process.cpuUsage(started);
  expect(bytes).toBeGreaterThanOrEqual(total);
  expect(bytes / (user + system)).toBeGreaterThan(300);
  expect((most - before) / 1e6).toBeLessThan(150);
});
