import { randomUUID } from "node:crypto";
import { open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import { encryptAge } from "@/jobs/archive/age/encrypt";
import type { AgeKeys, AgeLock } from "@/jobs/archive/age/file-key";
import { type AgeFile, openAge } from "@/jobs/archive/age/open";

/** The bytes in pieces of these sizes, over and over, each in the same buffer: whoever keeps one sees it change. */
export async function* inPieces(bytes: Buffer, sizes: number[] = [bytes.length]): AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(Math.max(...sizes));
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    const piece = buffer.subarray(0, bytes.copy(buffer, 0, at, at + size));
    at += piece.length;
    yield piece;
    buffer.fill(0xee);
  }
}

export async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const encrypt = (plain: Buffer, lock: AgeLock, sizes?: number[]) =>
  collect(encryptAge(inPieces(plain, sizes), lock));

export const decrypt = (sealed: Buffer, keys: AgeKeys, sizes?: number[]) =>
  collect(decryptAge(inPieces(sealed, sizes), keys));

/** Opens these bytes as a file, for as long as the work takes. */
export async function withAge<T>(sealed: Buffer, keys: AgeKeys, work: (age: AgeFile) => Promise<T>): Promise<T> {
  const file = path.join(tmpdir(), `coffer-age-${randomUUID()}`);
  await writeFile(file, sealed);
  try {
    await using handle = await open(file);
    return await work(await openAge(handle, keys));
  } finally {
    await rm(file);
  }
}

/** The code with which the stream and the file refuse these bytes, which has to be the same; undefined if they do not. */
export async function refusalOf(sealed: Buffer, keys: AgeKeys): Promise<string | undefined> {
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: { code?: string }) => error.code ?? String(error),
    );
  const stream = await codeOf(decrypt(sealed, keys));
  const file = await codeOf(withAge(sealed, keys, (age) => collect(age.read())));
  return stream === file ? stream : `${stream} as a stream, ${file} as a file`;
}
