import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import { originalSize } from "@/jobs/archive/compressor";
import {
  asRefusal,
  openArchive,
  packedDump,
  type StoredArchive,
  type Unpacker,
  unpackerOf,
  unpackingFailure,
} from "@/jobs/archive/open";
import { type Ending, feed, spawnTool, type Tool } from "@/jobs/postgres/spawn";

export type Feeding = {
  archive: StoredArchive;
  /** To open it with, beside those that the server keeps. */
  keys?: AgeKeys;
  /** How many plain bytes there should be: what counts them needs it. */
  originalBytes?: number;
  /** Hears of plain bytes; of those that another program unpacks, of about as many. */
  onBytes?(bytes: number): void;
  signal?: AbortSignal;
};

/**
 * Gives a program the plain bytes of the dump in a backup's file, and how it ended. Where another program unpacks them, it
 * writes straight to that one: what passes through this process is packed. Throws what `openArchive` throws, and has ended
 * the program then.
 */
export async function feedArchive(feeding: Feeding, tool: Tool): Promise<Ending> {
  try {
    const unpacker = await unpackerOf(feeding.archive);
    if (!unpacker || !tool.stdin) return await feed(plain(feeding), tool);
    const unpacking = unpackInto(tool.stdin, unpacker, feeding);
    // It belongs to the unpacker now: as long as we kept it open, the program would wait for us.
    tool.stdin.destroy();
    await unpacking;
    return await tool.ended;
  } catch (error) {
    await tool.end();
    throw error;
  }
}

async function* plain({ archive, keys, onBytes }: Feeding): AsyncGenerator<Buffer> {
  for await (const piece of openArchive(archive, keys)) {
    onBytes?.(piece.length);
    yield piece;
  }
}

/**
 * Lets a program unpack the dump into a file or into another program, until the end or until nobody takes more. Gives how
 * many bytes the whole of it has; null where nothing tells. Throws what `openArchive` throws.
 */
export async function unpackInto(
  stdout: Writable | number,
  { command, args }: Unpacker,
  feeding: Feeding,
): Promise<number | null> {
  const { archive, keys, originalBytes = 0, onBytes, signal } = feeding;
  const unpacker = spawnTool(command, { args, stdin: "pipe", stdout, signal });
  let trailer: Buffer = Buffer.alloc(0);
  async function* packed(ratio: number) {
    for await (const piece of packedDump(archive, keys)) {
      trailer = Buffer.concat([trailer, piece.subarray(-4)]).subarray(-4);
      onBytes?.(Math.round(piece.length * ratio));
      yield piece;
    }
  }
  try {
    const ratio = originalBytes / (await stat(archive.path)).size;
    const ending = await feed(packed(ratio), unpacker);
    const failure = unpackingFailure(ending);
    if (failure) throw failure;
    return originalSize(archive.compression, { trailer, stderr: ending.stderr, estimate: originalBytes });
  } catch (error) {
    throw asRefusal(error);
  } finally {
    await unpacker.end();
  }
}
