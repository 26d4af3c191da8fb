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
import { type Ending, feed, spawnTool } from "@/jobs/postgres/spawn";

/** A backup's file, as its manifest tells of it. */
export type StoredArchive = { path: string } & Pick<Manifest["file"], "format" | "compression" | "encryption" | "dump">;

/** A program that unpacks what it reads from stdin. */
export type Unpacker = { command: string; args: string[] };

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
  const { compression } = archive;
  const unpacker = await unpackerOf(archive);
  const packed = packedDump(archive, keys);
  try {
    if (compression === "none") return yield* packed;
    yield* unpacker ? unpackedBy(unpacker, packed) : decompressed(packed, decompressors[compression]());
  } catch (error) {
    throw asRefusal(error);
  }
}

/** The program that unpacks this file; undefined where there is nothing to unpack, or this process does it. */
export async function unpackerOf({ path, compression }: StoredArchive): Promise<Unpacker | undefined> {
  return compression === "none" ? undefined : unpackerFor(compression, (await stat(path)).size);
}

/** The dump as pg_dump and the compressor have left it: out of its package, and decrypted. */
export async function* packedDump({ path, format, encryption, dump }: StoredArchive, keys: AgeKeys = {}) {
  const all = encryption ? await withKept(keys, encryption.recipients) : keys;
  const file: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: readBytes });
  const stored = format === "package" ? dumpIn(file, dump?.sha256) : file;
  yield* encryption ? decryptAge(stored, all) : stored;
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
async function* unpackedBy(unpacker: Unpacker, source: AsyncIterable<Buffer>) {
  const tool = spawnTool(unpacker.command, { args: unpacker.args, stdin: "pipe" });
  const fed = feed(source, tool);
  fed.catch(() => {});
  try {
    yield* tool.stdout ?? [];
    const refusal = unpackingFailure(await fed);
    if (refusal) throw refusal;
  } finally {
    await tool.end();
    await fed.catch(() => {});
  }
}

/** What an unpacker's end says of the data. That nobody read on says nothing: our pipes are sockets, so it may be told as an error. */
export function unpackingFailure({ code, signal, stderr }: Ending): AppError | null {
  const isLeft = signal === "SIGPIPE" || /\b(write error|writing)\b/i.test(stderr.join("\n"));
  return code === 0 || isLeft ? null : new AppError("BACKUP_CORRUPT", compressionDamage);
}

const compressionDamage = "The compressed data is damaged.";

/** Whether it was not the encryption that told the damage. */
export const isCompressionDamage = (error: AppError): boolean => error.message === compressionDamage;

/** What opening throws, as the caller is to hear it. zlib names what it minds ERR_ or Z_ something, zstd ZSTD_ something. A stored file that is no age file was one once. */
export function asRefusal(error: unknown): unknown {
  if (error instanceof AppError && error.code === "UNSUPPORTED_MEDIA_TYPE")
    return damaged("it is no age file any more");
  if (/^(Z_|ZSTD_)/.test(codeOf(error) ?? "")) return new AppError("BACKUP_CORRUPT", compressionDamage);
  return error;
}
