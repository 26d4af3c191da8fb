import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import type { BackupCompression } from "@/db/schema";
import { inPieces } from "@/jobs/archive/age/testing";
import { checkContents, type Expected, type Reader } from "@/jobs/archive/contents";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { checkPassing } from "@/jobs/archive/passing-check";
import { readInventory } from "@/jobs/postgres/inventory";
import { testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { makeSchema, type Schema, unique } from "@/jobs/testing/tenant";

let acme: Schema;
let other: Schema;
beforeAll(async () => {
  acme = await makeSchema();
  other = await makeSchema();
});

const pack = {
  none: (bytes: Buffer) => bytes,
  gzip: (bytes: Buffer) => gzipSync(bytes),
  zstd: (bytes: Buffer) => zstdCompressSync(bytes),
} satisfies Record<BackupCompression, (bytes: Buffer) => Buffer>;

const dumps = new Map<string, Promise<Buffer>>();

/** What pg_dump makes of some schemas. */
function dump(format: DumpFormat, schemas: Schema[], more: string[] = []): Promise<Buffer> {
  const key = [format, ...schemas.map(({ schema }) => schema), ...more].join();
  const known = dumps.get(key) ?? runDump(format, schemas, more);
  dumps.set(key, known);
  return known;
}

async function runDump(format: DumpFormat, schemas: Schema[], more: string[]): Promise<Buffer> {
  const args = [
    `--format=${format === "sql" ? "plain" : format}`,
    ...schemas.map(({ schema }) => `--schema=${schema}`),
    ...more,
  ];
  const { stdout } = await promisify(execFile)(await realTool("pg_dump"), [...args, "-d", acme.url], {
    encoding: "buffer",
  });
  return stdout;
}

type Archive = { format: DumpFormat; compression: BackupCompression };

/** Checks these bytes as a backup of `acme`, as a file and while they pass: the verdict has to be the same. */
async function check(plain: Buffer, archive: Archive, signal = new AbortController().signal) {
  const bytes = pack[archive.compression](plain);
  const reader = { path: await realTool("pg_restore"), signal };
  const [inFile, passing] = await Promise.allSettled([
    checkFile(bytes, archive, reader),
    checkWhilePassing(bytes, archive, reader),
  ]);
  expect(passing).toEqual(inFile);
  if (inFile.status === "rejected") throw inFile.reason;
}

async function checkWhilePassing(bytes: Buffer, archive: Archive, reader: Reader) {
  await using check = checkPassing(archive, await expected(), reader);
  for await (const piece of inPieces(bytes, [1000, 70_000])) await check.inspect(Buffer.from(piece), reader.signal);
  await check.end();
}

async function checkFile(bytes: Buffer, { format, compression }: Archive, reader: Reader) {
  const file = path.join(testEnv.folder, unique());
  await writeFile(file, bytes);
  await checkContents({ from: file, format, compression }, await expected(), reader);
  expect((await readFile(file)).length).toBeGreaterThan(0);
}

async function expected(): Promise<Expected> {
  const { schemaOid, tables } = await readInventory(acme.sql, acme.schema);
  return { schema: acme.schema, schemaOid, tableOids: tables.map(({ oid }) => oid) };
}

const archives = (["custom", "tar", "sql"] as const).flatMap((format) =>
  (["none", "gzip", "zstd"] as const).map((compression) => ({ format, compression })),
);

describe.each(archives)("an archive ($format, $compression)", (archive) => {
  it("is good when it holds the schema that was asked for", async () => {
    await check(await dump(archive.format, [acme]), archive);
  });

  it("is refused when it holds another schema", async () => {
    await expect(check(await dump(archive.format, [other]), archive)).rejects.toMatchObject({
      failure: { code: "archive_invalid" },
    });
  });

  it.each([
    ["text that is no dump", () => Buffer.from("no space left, sorry\n")],
    ["zeros", () => Buffer.alloc(10_000)],
  ])("is refused when it is %s", async (_, bytes) => {
    await expect(check(bytes(), archive)).rejects.toMatchObject({ failure: { code: "archive_invalid" } });
  });
});

describe.each(archives.filter(({ format }) => format !== "sql"))(
  "an archive with a listing ($format, $compression)",
  (archive) => {
    it("is refused when it holds more than one schema", async () => {
      await expect(check(await dump(archive.format, [acme, other]), archive)).rejects.toMatchObject({
        failure: { code: "archive_invalid", message: expect.stringContaining("exactly the schema") },
      });
    });

    it("is refused when rows of a table are missing", async () => {
      const less = await dump(archive.format, [acme], [`--exclude-table-data=${acme.schema}.t2`]);
      await expect(check(less, archive)).rejects.toMatchObject({
        failure: { code: "archive_invalid", message: expect.stringContaining("the rows of exactly") },
      });
    });

    it("is refused when it is cut short in its listing, and pg_restore is quoted", async () => {
      const cut = (await dump(archive.format, [acme])).subarray(0, 900);
      const failure = await check(cut, archive).catch((error) => error.failure);
      expect(failure).toMatchObject({ code: "archive_invalid", message: "pg_restore cannot read the archive." });
      expect(failure.toolOutput.join()).toContain("pg_restore");
    });

    it("is not read any further when nobody wants to know", async () => {
      await expect(check(await dump(archive.format, [acme]), archive, AbortSignal.abort("cancelled"))).rejects.toBe(
        "cancelled",
      );
    });
  },
);
