import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { followTar } from "@/jobs/archive/tar";
import { feed, spawnTool } from "@/jobs/postgres/spawn";

type Reader = {
  format: DumpFormat;
  /** Where pg_restore is. */
  pgRestore: string;
  signal: AbortSignal;
};

/**
 * Reads a plain dump to its end as whoever restores it would, and throws the result away. Gives what is wrong with it, as a
 * sentence, or null. An error of the source itself is thrown.
 */
export async function readToEnd(source: AsyncIterable<Buffer>, reader: Reader): Promise<string | null> {
  return reader.format === "sql" ? readScript(source) : readArchive(source, reader);
}

/** pg_restore turns an archive into a script without a database. */
async function readArchive(
  source: AsyncIterable<Buffer>,
  { format, pgRestore, signal }: Reader,
): Promise<string | null> {
  const nowhere = openSync(devNull, "w");
  try {
    const args = [`--format=${format}`, "--file=-"];
    const tool = spawnTool(pgRestore, { args, stdin: "pipe", stdout: nowhere, signal });
    const ending = await feed(format === "tar" ? wholeTar(source) : source, tool, { readsAll: true });
    signal.throwIfAborted();
    if (ending.code === 0) return null;
    const said = ending.stderr.at(-1)?.replace(/^pg_restore: (error: )?/, "");
    return `pg_restore cannot read it${said ? `: ${said.replace(/\.$/, "")}` : ""}.`;
  } catch (error) {
    if (error instanceof Error && "complaint" in error) return String(error.complaint);
    throw error;
  } finally {
    closeSync(nowhere);
  }
}

/** Fails at the end of a tar file that is not whole, so that nobody waits for a program that never ends on one. */
async function* wholeTar(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const tar = followTar();
  for await (const chunk of source) {
    tar.take(chunk);
    yield chunk;
  }
  const complaint = tar.complaint();
  if (complaint) throw Object.assign(new Error(complaint), { complaint });
}

const edgeBytes = 64 * 1024;

/** pg_dump writes its last line last of all: a script without it was cut short. psql would run what there is. */
async function readScript(source: AsyncIterable<Buffer>): Promise<string | null> {
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head.length < edgeBytes) head = Buffer.concat([head, chunk.subarray(0, edgeBytes)]);
    tail = Buffer.concat([tail, chunk.subarray(-edgeBytes)]).subarray(-edgeBytes);
  }
  if (!head.includes("-- PostgreSQL database dump\n")) return "The script does not begin like a dump.";
  const ending = /\n-- PostgreSQL database dump complete\n--\n\s*(\\unrestrict \w+\s*)?$/;
  return ending.test(tail.toString("latin1")) ? null : "The script ends before its end.";
}
