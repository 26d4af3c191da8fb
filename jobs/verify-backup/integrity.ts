import { closeSync, openSync } from "node:fs";
import { devNull } from "node:os";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { wholeDump } from "@/jobs/archive/whole";
import { type Ending, feed, spawnTool, type Tool } from "@/jobs/postgres/spawn";

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
    if (format !== "sql") return await complaintOfPgRestore((tool) => feed(whole, tool, { readsAll: true }), reader);
    for await (const _ of whole);
    return null;
  } catch (error) {
    if (error instanceof Error && "complaint" in error) return String(error.complaint);
    throw error;
  }
}

/**
 * pg_restore turns the archive that `feedTool` gives it into a script, or into what else `args` say, without a database. It is
 * thrown away. Gives its complaint, as a sentence, or null.
 */
export async function complaintOfPgRestore(
  feedTool: (tool: Tool) => Promise<Ending>,
  { format, pgRestore, signal, args = [] }: Reader & { args?: string[] },
): Promise<string | null> {
  const ending = await toNowhere((stdout) => {
    const all = [`--format=${format}`, "--file=-", ...args];
    return feedTool(spawnTool(pgRestore, { args: all, stdin: "pipe", stdout, signal }));
  });
  signal.throwIfAborted();
  if (ending.code === 0) return null;
  const said = ending.stderr.at(-1)?.replace(/^pg_restore: (error: )?/, "");
  return `pg_restore cannot read it${said ? `: ${said.replace(/\.$/, "")}` : ""}.`;
}

/** Does something with a file that takes whatever is written to it. */
export async function toNowhere<T>(work: (file: number) => Promise<T>): Promise<T> {
  const nowhere = openSync(devNull, "w");
  try {
    return await work(nowhere);
  } finally {
    closeSync(nowhere);
  }
}
