import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { AppError, codeOf } from "@/db/errors";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import { damaged } from "@/jobs/archive/age/refusal";
import { unpackerFor } from "@/jobs/archive/compressor";
import type { Manifest } from "@/jobs/archive/manifest";
import { keptIdentities } from "@/jobs/archive/recipients";
import { dumpIn } from "@/jobs/package/dump-in";
import { feed, spawnTool } from "@/jobs/postgres/spawn";

/** A backup's file, as its manifest tells of it. */
export type StoredArchive = { path: string } & Pick<Manifest["file"], "format" | "compression" | "encryption" | "dump">;

const readBytes = 1024 * 1024;

/**
 * The plain bytes of the dump in a backup's file, as a stream: out of its package, decrypted with the keys given or with those that the server
 * keeps, and decompressed. Whoever stops reading early closes the file. That the file is whole is known only when it has
 * ended without an error, so nothing final may be done before. Only its sha256 tells of
 * damage to a file that is neither encrypted nor compressed, and to the locked key in a header, which looks like a wrong key.
 * Throws WRONG_KEY when no key fits, BACKUP_CORRUPT when the bytes are not what was written, VALIDATION_ERROR when a key is
 * not one, and what reading the file throws.
 */
export async function* openArchive(archive: StoredArchive, keys: AgeKeys = {}): AsyncGenerator<Buffer> {
  const { path, format, compression, encryption, dump } = archive;
  const all = encryption ? await withKept(keys, encryption.recipients) : keys;
  const unpacker = compression === "none" ? undefined : unpackerFor(compression, (await stat(path)).size);
  const file: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: readBytes });
  const stored = format === "package" ? dumpIn(file, dump?.sha256) : file;
  const packed = encryption ? decryptAge(stored, all) : stored;
  try {
    if (compression === "none") return yield* packed;
    yield* unpacker ? unpackedBy(unpacker, packed) : decompressed(packed, decompressors[compression]());
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The keys given, with those that the server keeps for these public ones. */
export async function withKept(keys: AgeKeys, recipients: string[]): Promise<AgeKeys> {
  return { ...keys, identities: [...(keys.identities ?? []), ...(await keptIdentities(recipients))] };
}

const decompressors = { gzip: createGunzip, zstd: createZstdDecompress };

/** Its errors are the first cause: those of the source, else those of the decompressor. */
async function* decompressed(source: AsyncIterable<Buffer>, unpack: Transform): AsyncGenerator<Buffer> {
  const piped = Promise.withResolvers<void>();
  piped.promise.catch(() => {});
  pipeline(source, unpack, (error) => (error ? piped.reject(error) : piped.resolve()));
  yield* unpack;
  await piped.promise;
}

/** A process of its own unpacks three times as fast. How it ended tells the damage, but for that of the source. */
async function* unpackedBy(unpacker: { command: string; args: string[] }, source: AsyncIterable<Buffer>) {
  const tool = spawnTool(unpacker.command, { args: unpacker.args, stdin: "pipe" });
  const fed = feed(source, tool);
  fed.catch(() => {});
  try {
    yield* tool.stdout ?? [];
    const ending = await fed;
    if (ending.code !== 0) throw new AppError("BACKUP_CORRUPT", compressionDamage);
  } finally {
    await tool.end();
    await fed.catch(() => {});
  }
}

const compressionDamage = "The compressed data is damaged.";

/** Whether it was not the encryption that told the damage. */
export const isCompressionDamage = (error: AppError): boolean => error.message === compressionDamage;

/** zlib names what it minds ERR_ or Z_ something, zstd ZSTD_ something. A stored file that is no age file was one once. */
function asRefusal(error: unknown): unknown {
  if (error instanceof AppError && error.code === "UNSUPPORTED_MEDIA_TYPE")
    return damaged("it is no age file any more");
  if (/^(Z_|ZSTD_)/.test(codeOf(error) ?? "")) return new AppError("BACKUP_CORRUPT", compressionDamage);
  return error;
}
