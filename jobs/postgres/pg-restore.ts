import { createInterface } from "node:readline";
import type { Connection } from "@/db/schema";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { type Failure, failed } from "@/jobs/lifecycle/failure";
import { toolConnection } from "@/jobs/postgres/connection";
import { type Ending, spawnTool, type Tool } from "@/jobs/postgres/spawn";

export type RestoreRequest = {
  format: DumpFormat;
  /** pg_restore, or psql for a script. */
  tool: string;
  connection: Connection;
  application: string;
  signal: AbortSignal;
  /** What to throw when the tool ends badly; else what restoreFailure makes of it. */
  explain?(ending: Ending): Error;
  /** Hears each line that the tool prints. */
  onLine?(line: string): void;
};

/**
 * Restores the plain, uncompressed dump that `feedTool` gives to the program, and stops at the first complaint. What it has made by then is the caller's to throw away.
 * Not in one transaction, which would keep a lock for each table, index and sequence that it makes: the server's lock table
 * holds some thousands. Owners and grants are left out of archives: the roles may not be there, and whoever restores
 * owns what they make. A script is run as it is.
 */
export async function restoreInto(feedTool: (tool: Tool) => Promise<Ending>, request: RestoreRequest): Promise<void> {
  const {
    connection,
    application,
    signal,
    tool: program,
    explain = (ending) => failed(restoreFailure(ending)),
    onLine = () => {},
  } = request;
  const tool = spawnTool(program, {
    ...toolConnection(connection, application),
    args: restoreArgs(request),
    stdin: "pipe",
    signal,
  });
  if (tool.stdout) createInterface(tool.stdout).on("line", onLine);
  const ending = await feedTool(tool);
  signal.throwIfAborted();
  if (ending.code !== 0 || ending.signal) throw explain(ending);
}

/** For pg_restore, or psql where the format is `sql`. Everything comes from stdin; the connection from the environment. */
export function restoreArgs({ format }: Pick<RestoreRequest, "format">): string[] {
  if (format === "sql") return ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-"];
  return [
    `--format=${format}`,
    "--exit-on-error",
    "--no-password",
    "--no-owner",
    "--no-privileges",
    "--no-tablespaces",
    "--no-security-labels",
    "--dbname=",
  ];
}

/** Why a restore ended badly, from the tool's own words (English: it runs with LC_ALL=C). */
export function restoreFailure(ending: Ending): Failure {
  const text = ending.stderr.join("\n");
  const first = /(?:ERROR|error): +(.+)/.exec(text)?.[1];
  const message = first
    ? `The dump could not be restored: ${first.replace(/\.$/, "")}.`
    : "The dump could not be restored.";
  if (/No space left on device/.test(text)) return { code: "disk_full", message, toolOutput: ending.stderr };
  if (/out of shared memory/.test(text))
    return {
      code: "too_many_tables",
      message,
      hint: "Raise max_locks_per_transaction on the server and restart it.",
      toolOutput: ending.stderr,
    };
  if (/connection to server|server closed the connection|terminating connection/.test(text))
    return { code: "connection_lost", message: "The connection to the database was lost.", toolOutput: ending.stderr };
  if (ending.signal)
    return { code: "tool_killed", message: `The restore was ended by ${ending.signal}.`, toolOutput: ending.stderr };
  return { code: "restore_failed", message, toolOutput: ending.stderr };
}
