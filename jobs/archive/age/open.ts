import type { FileHandle } from "node:fs/promises";
import { type Front, openFront } from "@/jobs/archive/age/decrypt";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import { chunkBytes, measurePayload, sealedChunkBytes } from "@/jobs/archive/age/payload";
import { damaged } from "@/jobs/archive/age/refusal";

/** An age file whose bytes can be asked for in any order. */
export type AgeFile = {
  /** Of the plaintext, in bytes. */
  size: number;
  /**
   * The plaintext from `start` to before `end`, in bytes; all of it when left out. Each piece is a buffer of its own and
   * authentic. Throws BACKUP_CORRUPT at the first chunk that is not what was written, RangeError outside of the file.
   */
  read(range?: { start?: number; end?: number }): AsyncGenerator<Buffer>;
};

/** Sealed chunks that are read at once. */
const batch = 16;

/**
 * Opens a file for reading at any place. Its last chunk is checked at once, so the size is authentic and nothing is missing
 * at the end. Throws as `openFront` does, and BACKUP_CORRUPT when the end is not what was written. The handle stays the caller's,
 * who closes it after the last read.
 */
export async function openAge(file: FileHandle, keys: AgeKeys): Promise<AgeFile> {
  const { size: fileBytes } = await file.stat();
  const { length, cipher } = await readFront(file, keys);
  const { chunks, plainBytes } = measurePayload(fileBytes - length);

  /** The plaintext of chunks `from` to before `to`. */
  async function* open(from: number, to: number): AsyncGenerator<Buffer> {
    const target = Buffer.allocUnsafe(Math.min(batch, to - from) * sealedChunkBytes);
    for (let first = from; first < to; first += batch) {
      const position = length + first * sealedChunkBytes;
      const end = Math.min(fileBytes, length + Math.min(first + batch, to) * sealedChunkBytes);
      const sealed = await readExactly(file, target.subarray(0, end - position), position);
      for (let at = 0; at < sealed.length; at += sealedChunkBytes) {
        const index = first + at / sealedChunkBytes;
        yield cipher.open(sealed.subarray(at, at + sealedChunkBytes), { index, isLast: index === chunks - 1 });
      }
    }
  }

  async function* read({ start = 0, end = plainBytes } = {}): AsyncGenerator<Buffer> {
    const fits = Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= plainBytes;
    if (!fits) throw new RangeError(`There are no bytes ${start} to ${end} in a file of ${plainBytes}.`);
    if (start === end) return;
    let position = Math.floor(start / chunkBytes) * chunkBytes;
    for await (const plain of open(position / chunkBytes, Math.ceil(end / chunkBytes))) {
      yield plain.subarray(Math.max(0, start - position), end - position);
      position += plain.length;
    }
  }

  await open(chunks - 1, chunks).next();
  return { size: plainBytes, read };
}

async function readFront(file: FileHandle, keys: AgeKeys): Promise<Front> {
  const step = 64 * 1024;
  for (let start = Buffer.alloc(0); ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(step), 0, step, start.length);
    if (bytesRead === 0) throw damaged("its beginning is missing");
    start = Buffer.concat([start, buffer.subarray(0, bytesRead)]);
    const front = await openFront(start, keys);
    if (front) return front;
  }
}

/** Fills the target. A read may give less than it was asked for. */
async function readExactly(file: FileHandle, target: Buffer, position: number): Promise<Buffer> {
  for (let at = 0; at < target.length; ) {
    const { bytesRead } = await file.read(target, at, target.length - at, position + at);
    if (bytesRead === 0) throw damaged("its end is missing");
    at += bytesRead;
  }
  return target;
}
