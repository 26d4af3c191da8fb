import { type AgeKeys, unlockFileKey } from "@/jobs/archive/age/file-key";
import { headerLength } from "@/jobs/archive/age/header";
import { type ChunkCipher, chunkCipher, nonceBytes, sealedChunkBytes } from "@/jobs/archive/age/payload";
import { cutPieces } from "@/jobs/archive/age/pieces";
import { damaged } from "@/jobs/archive/age/refusal";

/** What a file's beginning says once it is unlocked. `length` is of header and nonce, in bytes. */
export type Front = { length: number; cipher: ChunkCipher };

/**
 * Unlocks a file, given its beginning; undefined when more of it is needed. Throws UNSUPPORTED_MEDIA_TYPE when it is not an
 * age v1 file, BACKUP_CORRUPT when its header is damaged, WRONG_KEY when no key fits, VALIDATION_ERROR when a key is not one.
 */
export async function openFront(start: Buffer, keys: AgeKeys): Promise<Front | undefined> {
  const header = headerLength(start);
  if (header === undefined || start.length < header + nonceBytes) return undefined;
  const length = header + nonceBytes;
  const fileKey = await unlockFileKey(start.subarray(0, header), keys);
  return { length, cipher: chunkCipher(fileKey, start.subarray(header, length)) };
}

/**
 * The plaintext of an age v1 file (https://c2sp.org/age), 64 KiB at a time, each piece in a buffer of its own. Every byte is
 * authentic and in its place; that nothing is missing at the end is known only when it ends without an error, so nothing
 * final may be done before. Throws as `openFront` does, BACKUP_CORRUPT at the first chunk that is not what was written or
 * when the end is missing, and what the source throws.
 */
export async function* decryptAge(source: AsyncIterable<Buffer>, keys: AgeKeys): AsyncGenerator<Buffer> {
  const pieces = cutPieces(sealedChunkBytes);
  let start: Buffer = Buffer.alloc(0);
  let front: Front | undefined;
  let index = 0;
  for await (const bytes of source) {
    let sealed = bytes;
    if (!front) {
      start = Buffer.concat([start, bytes]);
      front = await openFront(start, keys);
      if (!front) continue;
      sealed = start.subarray(front.length);
    }
    for (const piece of pieces.push(sealed)) yield front.cipher.open(piece, { index: index++, isLast: false });
  }
  if (!front) throw damaged("its beginning is missing");
  const last = front.cipher.open(pieces.end(), { index, isLast: true });
  if (last.length > 0) yield last;
}
