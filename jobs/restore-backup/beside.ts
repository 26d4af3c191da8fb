import type { BackupFormat, Connection } from "@/db/schema";
import { failed } from "@/jobs/lifecycle/failure";
import { toolConnection } from "@/jobs/postgres/connection";
import { restoreFailure } from "@/jobs/postgres/pg-restore";
import { feed, spawnTool } from "@/jobs/postgres/spawn";
import { type BesideNames, besideScript, type Choice } from "@/jobs/restore-backup/beside-script";

export type BesideRequest = BesideNames &
  Choice & {
    format: BackupFormat;
    connection: Connection;
    application: string;
    /** Where the programs are. pg_restore turns an archive into a script; psql runs it. */
    tools: { psql: string; pgRestore: string };
    signal: AbortSignal;
    /** Hears of each table whose rows are coming. */
    onTable?(name: string): void;
  };

/**
 * Restores a plain dump into a schema of another name than the dump's, in the database where the live one is, which
 * goes on as if nothing were. Throws what the source throws, and a failure for people when the server minds anything; what
 * was committed by then is in `beside`.
 */
export async function restoreBeside(source: AsyncIterable<Buffer>, request: BesideRequest): Promise<void> {
  const { connection, application, signal, tools } = request;
  const psql = spawnTool(tools.psql, {
    ...toolConnection(connection, application),
    args: ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"],
    stdin: "pipe",
    signal,
  });
  psql.stdout?.resume();
  const ending = await feed(besideScript(scriptOf(source, request), request), psql);
  signal.throwIfAborted();
  if (ending.code !== 0 || ending.signal) throw failed(restoreFailure(ending));
}

type Reading = Pick<BesideRequest, "format" | "tools" | "signal">;

/** The script that a dump is, or that pg_restore makes of it. */
export async function* scriptOf(
  source: AsyncIterable<Buffer>,
  { format, tools, signal }: Reading,
): AsyncGenerator<Buffer> {
  if (format === "sql") return yield* source;
  const args = [`--format=${format}`, "--no-tablespaces", "--no-security-labels", "--file=-"];
  const tool = spawnTool(tools.pgRestore, { args, stdin: "pipe", signal });
  const fed = feed(source, tool);
  // It is awaited below; until then its failure must not end the process.
  fed.catch(() => {});
  try {
    for await (const chunk of tool.stdout ?? []) yield chunk;
    const ending = await fed;
    signal.throwIfAborted();
    if (ending.code !== 0 || ending.signal) throw failed(restoreFailure(ending));
  } finally {
    await tool.end();
  }
}
