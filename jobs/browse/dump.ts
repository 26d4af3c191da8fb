import { open, stat } from "node:fs/promises";
import { AppError } from "@/db/errors";
import { unpackerFor } from "@/jobs/archive/compressor";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { openArchive, type StoredArchive } from "@/jobs/archive/open";
import { type Piece, readScript } from "@/jobs/archive/script";
import type { Column } from "@/jobs/browse/columns";
import { type Definitions, gatherDefinitions } from "@/jobs/browse/definitions";
import { lastPart, name, nameParts, splitList } from "@/jobs/browse/sql-text";
import { type Ending, feed, spawnTool, type Tool } from "@/jobs/postgres/spawn";

/** A backup that is to be looked into. */
export type Dump = {
  archive: StoredArchive;
  format: DumpFormat;
  /** Where pg_restore is, of the version that wrote the backup or newer. */
  pgRestore: string;
  /** Ends whatever was started for it. */
  signal: AbortSignal;
};

export type OpenTable = AsyncDisposable & {
  /** In the order of the rows' values. Generated columns are not in a dump. */
  columns: Column[];
  copy: Extract<Piece, { kind: "copy" }>;
  /** What makes the objects of the backup, as far as it stands before the rows: without indexes and the like where it is a script. */
  known: Definitions;
  /** All of it. To be asked for after the rows: it may have to read on. */
  definitions(): Promise<Definitions>;
};

/**
 * What makes the objects of the backup. Of an archive only the table of contents is read; a script has indexes and the like
 * after all rows, so it is read to its end.
 */
export async function readDefinitions(dump: Dump): Promise<Definitions> {
  const gathered = gatherDefinitions();
  for await (const piece of readScript(scriptOf(dump, ["--schema-only", "--no-owner"])))
    if (piece.kind === "statement") gathered.add(piece.text);
  return gathered.end();
}

const copyOf = new RegExp(`^COPY (${name})\\s*([\\s\\S]*) FROM stdin;$`, "i");

/**
 * The rows of one table; null when the backup holds none of it. To be disposed of, which ends what was started for it.
 * `known` spares reading the definitions again.
 */
export async function openTable(dump: Dump, table: string, known?: Definitions): Promise<OpenTable | null> {
  // A script tells of its columns before it comes to the rows.
  const definitions = known ?? (dump.format === "sql" ? undefined : await readDefinitions(dump));
  const gathered = gatherDefinitions();
  const pieces = readScript(scriptOf(dump, ["--data-only", `--table=${table}`]));
  for (;;) {
    const { done, value: piece } = await pieces.next();
    if (done) return null;
    if (piece.kind === "statement") gathered.add(piece.text);
    const [, found = "", names = ""] = (piece.kind === "copy" && copyOf.exec(piece.text)) || [];
    if (piece.kind !== "copy" || lastPart(found) !== table) continue;
    const soFar = definitions ?? gathered.end();
    return {
      columns: withTypes(names, soFar.columns(table)),
      copy: piece,
      known: soFar,
      async definitions() {
        if (definitions) return definitions;
        for await (const later of pieces) if (later.kind === "statement") gathered.add(later.text);
        return gathered.end();
      },
      async [Symbol.asyncDispose]() {
        await pieces.return(undefined);
      },
    };
  }
}

function withTypes(list: string, known: Column[] | null): Column[] {
  const names = list === "" ? [] : splitList(list, 0).items.map((column) => nameParts(column)[0] ?? "");
  return names.map((name) => known?.find((column) => column.name === name) ?? { name, type: "", json: "text" });
}

/** The backup as a script; of an archive just what pg_restore's options choose, which never run anything. */
async function* scriptOf(dump: Dump, choice: string[]): AsyncGenerator<Buffer> {
  const { archive, format, signal } = dump;
  if (format === "sql") return yield* untilAborted(openArchive(archive), signal);
  const { tool, fed } = await startRestore(dump, [`--format=${format}`, "--file=-", ...choice]);
  fed.catch(() => {});
  try {
    yield* tool.stdout ?? [];
    const ending = await fed;
    signal.throwIfAborted();
    if (ending.code !== 0) throw unreadable(ending.stderr.at(-1));
  } finally {
    await tool.end();
    await fed.catch(() => {});
  }
}

/** Starts pg_restore on the shortest way to the bytes. `fed` tells how it ended, once all that fed it has ended too. */
async function startRestore(
  { archive, pgRestore, signal }: Dump,
  args: string[],
): Promise<{ tool: Tool; fed: Promise<Ending> }> {
  const { path, compression } = archive;
  // A package is unpacked here, as an encrypted file is.
  const isBare = archive.format !== "package" && archive.encryption === null;
  if (isBare && compression === "none") {
    // In a file that lies there as it was written it goes straight to where a table's rows begin.
    const tool = spawnTool(pgRestore, { args: [...args, path], signal });
    return { tool, fed: tool.ended };
  }
  const tool = spawnTool(pgRestore, { args, stdin: "pipe", signal });
  const unpacker = isBare && compression !== "none" ? unpackerFor(compression, (await stat(path)).size) : undefined;
  return { tool, fed: unpacker && tool.stdin ? unpackInto(tool, unpacker, path) : feed(openArchive(archive), tool) };
}

/** From the file through the unpacker into the tool, without a way through this process. */
async function unpackInto(
  tool: Tool,
  { command, args }: { command: string; args: string[] },
  path: string,
): Promise<Ending> {
  const file = await open(path);
  const unpacker = spawnTool(command, { args, stdin: file.fd, stdout: tool.stdin ?? undefined });
  // Both now belong to the unpacker: as long as we kept the pipe open, the tool would wait for us.
  tool.stdin?.destroy();
  await file.close();
  const ending = await tool.ended;
  await unpacker.end();
  return ending;
}

async function* untilAborted(source: AsyncIterable<Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    signal.throwIfAborted();
    yield chunk;
  }
}

function unreadable(said = ""): AppError {
  const because = said.replace(/^pg_restore: (error: )?/, "").replace(/\.$/, "");
  return new AppError("BACKUP_CORRUPT", `pg_restore cannot read the backup${because && `: ${because}`}.`);
}
