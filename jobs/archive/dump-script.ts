import { AppError } from "@/db/errors";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { feedArchive } from "@/jobs/archive/feed-archive";
import { openArchive, type StoredArchive } from "@/jobs/archive/open";
import { failed } from "@/jobs/lifecycle/failure";
import { restoreFailure } from "@/jobs/postgres/pg-restore";
import { type Ending, feed, spawnTool, type Tool } from "@/jobs/postgres/spawn";

type Reading = {
  format: DumpFormat;
  /** Where pg_restore is, of the version that wrote the dump or newer. A script needs none. */
  pgRestore: string;
  /** Ends whatever was started for it. */
  signal: AbortSignal;
};

export type StoredDump = Reading & {
  archive: StoredArchive;
  /** To open it with, beside those that the server keeps. */
  keys?: AgeKeys;
};

/** What another server can hardly do: its tablespaces and security labels are not this one's. */
export const portable = ["--no-tablespaces", "--no-security-labels"];

/**
 * A backup as a script; of an archive what pg_restore's options choose. Throws BACKUP_CORRUPT for what pg_restore cannot read,
 * and what opening the file throws. Whoever stops reading early ends the programs. A piece is good until the next is asked for.
 */
export async function* scriptOf(dump: StoredDump, options: string[]): AsyncGenerator<Buffer> {
  const { archive, keys, format, signal } = dump;
  if (format === "sql") return yield* untilAborted(openArchive(archive, keys), signal);
  const { tool, fed } = startOn(dump, argsOf(format, options));
  yield* output(tool, fed, signal);
}

/** The same of a plain dump that comes from somewhere else than a file of ours. */
export async function* scriptFrom(
  source: AsyncIterable<Buffer>,
  { format, pgRestore, signal }: Reading,
  options: string[],
): AsyncGenerator<Buffer> {
  if (format === "sql") return yield* untilAborted(source, signal);
  const tool = spawnTool(pgRestore, { args: argsOf(format, options), stdin: "pipe", signal });
  yield* output(tool, feed(source, tool), signal);
}

const argsOf = (format: DumpFormat, options: string[]) => [`--format=${format}`, "--file=-", ...options];

/** What pg_restore writes. Its errors are the first cause: those of what feeds it, else its own. */
async function* output(tool: Tool, fed: Promise<Ending>, signal: AbortSignal): AsyncGenerator<Buffer> {
  // It is awaited below; until then its failure must not end the process.
  fed.catch(() => {});
  try {
    yield* inLargePieces(tool.stdout ?? []);
    const ending = await fed;
    signal.throwIfAborted();
    if (ending.signal) throw failed(restoreFailure(ending));
    if (ending.code !== 0) throw unreadable(ending.stderr.at(-1));
  } finally {
    await tool.end();
    await fed.catch(() => {});
  }
}

const pieceBytes = 256 * 1024;

/**
 * pg_restore's output comes in very small pieces, and each costs its way through all of us. Each of these is good until the next
 * is asked for.
 */
async function* inLargePieces(source: AsyncIterable<Buffer> | Buffer[]): AsyncGenerator<Buffer> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  let length = 0;
  for await (const chunk of source) {
    for (let taken = 0; taken < chunk.length; ) {
      const copied = chunk.copy(piece, length, taken);
      length += copied;
      taken += copied;
      if (length < pieceBytes) continue;
      yield piece;
      length = 0;
    }
  }
  if (length > 0) yield piece.subarray(0, length);
}

/** Starts pg_restore on the shortest way to the bytes. `fed` tells how it ended, once all that fed it has ended too. */
function startOn(
  { archive, keys, pgRestore, signal }: StoredDump,
  args: string[],
): { tool: Tool; fed: Promise<Ending> } {
  const { path, format, compression, encryption } = archive;
  if (format !== "package" && encryption === null && compression === "none") {
    // In a file that lies there as it was written it goes straight to where a table's rows begin.
    const tool = spawnTool(pgRestore, { args: [...args, path], signal });
    return { tool, fed: tool.ended };
  }
  const tool = spawnTool(pgRestore, { args, stdin: "pipe", signal });
  return { tool, fed: feedArchive({ archive, keys }, tool) };
}

async function* untilAborted(source: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}

function unreadable(said = ""): AppError {
  const because = said.replace(/^pg_restore: (error: )?/, "").replace(/\.$/, "");
  return new AppError("BACKUP_CORRUPT", `pg_restore cannot read the dump${because && `: ${because}`}.`);
}
