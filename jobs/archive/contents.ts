import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { BackupCompression } from "@/db/schema";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { failed } from "@/jobs/lifecycle/failure";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { spawnTool } from "@/jobs/postgres/spawn";

export type Archive = {
  format: DumpFormat;
  compression: BackupCompression;
  /** The path of a file, or its bytes as they come; no more of them is read than is needed. */
  from: string | Readable;
};

export type Expected = {
  schema: string;
  schemaOid: number;
  /** The oids of the tables whose rows the archive has to hold. */
  tableOids: number[];
};

export type Reader = {
  /** Where pg_restore is. */
  path: string;
  /** Ends it before its time. */
  signal: AbortSignal;
};

const invalid = (message: string) => failed({ code: "archive_invalid", message });

/**
 * Checks that the archive can be opened and holds the schema asked for, and no other: one SCHEMA entry with its oid, and
 * rows of exactly its tables. Names are not compared: pg_restore changes odd ones in its listing.
 */
export async function checkContents(archive: Archive, expected: Expected, reader: Reader): Promise<void> {
  if (archive.format === "sql") return checkScript(await head(archive), expected.schema);
  const entries = parseListing(await list(archive, reader));
  const schemas = entries.filter((entry) => entry.kind === "SCHEMA");
  const onlyOurs = schemas.every((entry) => entry.oid === expected.schemaOid);
  if (!onlyOurs || schemas.length > 1 || (schemas.length === 0 && expected.schema !== "public")) {
    throw invalid("The archive does not hold exactly the schema that was asked for.");
  }
  const dumped = new Set(entries.filter((entry) => entry.kind === "TABLE DATA").map((entry) => entry.oid));
  const same = dumped.size === expected.tableOids.length && expected.tableOids.every((oid) => dumped.has(oid));
  if (!same) throw invalid("The archive does not hold the rows of exactly this schema's tables.");
}

/** Lines of `pg_restore --list`: `3345; 0 16390 TABLE DATA tenant_acme customers owner`. */
export function parseListing(text: string): { oid: number; kind: string }[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\d+; \d+ (\d+) (SCHEMA|TABLE DATA|[A-Z ]+?) /.exec(line);
    return match?.[2] ? [{ oid: Number(match[1]), kind: match[2] }] : [];
  });
}

/** A plain dump begins with its header and makes its schema before anything else. */
export function checkScript(text: string, schema: string) {
  if (!text.includes("-- PostgreSQL database dump")) throw invalid("The file does not begin like a dump.");
  const creates = [schema, quoteIdent(schema)].some((name) => text.includes(`\nCREATE SCHEMA ${name};`));
  if (!creates && schema !== "public") throw invalid("The file does not create the schema that was asked for.");
}

const headBytes = 64 * 1024;

async function head({ from, compression }: Archive): Promise<string> {
  const source = typeof from === "string" ? createReadStream(from, { end: 4 * headBytes }) : from;
  let text = "";
  try {
    for await (const chunk of unpacked(source, compression)) {
      text += chunk.toString("utf8");
      if (text.length >= headBytes) break;
    }
  } catch (error) {
    // The piece that was read ends in the middle of a block; what came before is enough, or it is not a dump.
    if (compression === "none") throw error;
  } finally {
    source.destroy();
  }
  return text;
}

function unpacked(source: Readable, compression: BackupCompression): Readable {
  if (compression === "none") return source;
  return source.pipe(compression === "gzip" ? createGunzip() : createZstdDecompress());
}

/** pg_restore reads no further than the table of contents, so little of the file is ever decompressed. */
async function list({ format, from, compression }: Archive, reader: Reader): Promise<string> {
  const args = ["--list", `--format=${format}`];
  if (typeof from === "string" && compression === "none") return output(reader, [...args, from]);
  const source = typeof from === "string" ? createReadStream(from) : from;
  try {
    return await output(reader, args, unpacked(source, compression));
  } finally {
    source.destroy();
  }
}

async function output({ path, signal }: Reader, args: string[], feed?: Readable): Promise<string> {
  const tool = spawnTool(path, { args, stdin: feed ? "pipe" : "ignore", signal });
  if (feed && tool.stdin) {
    // The reader stops when it has seen enough: the broken pipe is expected.
    tool.stdin.on("error", () => feed.destroy());
    feed.on("error", () => tool.stdin?.destroy());
    feed.pipe(tool.stdin);
  }
  let text = "";
  for await (const chunk of tool.stdout ?? []) text += chunk;
  const ending = await tool.ended;
  signal.throwIfAborted();
  if (ending.code !== 0)
    throw failed({
      code: "archive_invalid",
      message: "pg_restore cannot read the archive.",
      toolOutput: ending.stderr,
    });
  return text;
}
