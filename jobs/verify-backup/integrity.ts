import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { wholeDump } from "@/jobs/archive/whole";
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
  const { format } = reader;
  const whole = wholeDump(source, format, (complaint) => Object.assign(new Error(complaint), { complaint }));
  try {
    if (format !== "sql") return await readArchive(whole, reader);
    for await (const _ of whole);
    return null;
  } catch (error) {
    if (error instanceof Error && "complaint" in error) return String(error.complaint);
    throw error;
  }
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
    const ending = await feed(source, tool, { readsAll: true });
    signal.throwIfAborted();
    if (ending.code === 0) return null;
    const said = ending.stderr.at(-1)?.replace(/^pg_restore: (error: )?/, "");
    return `pg_restore cannot read it${said ? `: ${said.replace(/\.$/, "")}` : ""}.`;
  } finally {
    closeSync(nowhere);
  }
}
