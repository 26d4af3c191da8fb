import { randomBytes } from "node:crypto";
import { type AgeLock, lockFileKey } from "@/jobs/archive/age/file-key";
import { chunkBytes, chunkCipher, nonceBytes, sealedChunkBytes } from "@/jobs/archive/age/payload";
import { cutPieces } from "@/jobs/archive/age/pieces";

/** Like a Cipher of node:crypto: what it gives, in order, is an age file. */
export type AgeWriter = {
  /** Takes any number of bytes, which may be written over afterwards. Gives the sealed bytes so far, often none. */
  update(plain: Buffer): Buffer;
  /** The rest. The writer is of no use afterwards. */
  final(): Buffer;
};

/**
 * Starts an age v1 file (https://c2sp.org/age) that only the lock's owners can open. Throws VALIDATION_ERROR when the lock
 * is not one. Holds one chunk of 64 KiB; a passphrase takes its second beforehand, beside the event loop.
 */
export async function startAge(lock: AgeLock): Promise<AgeWriter> {
  const { fileKey, header } = await lockFileKey(lock);
  const nonce = randomBytes(nonceBytes);
  const cipher = chunkCipher(fileKey, nonce);
  const pieces = cutPieces(chunkBytes);
  let front = Buffer.concat([header, nonce]);
  let index = 0;
  let isOver = false;

  /** Seals these pieces, after whatever has to come before the first of them. */
  const seal = (plain: Iterable<Buffer>, { count, isLast }: { count: number; isLast: boolean }) => {
    // A second last chunk would use a key and nonce twice.
    if (isOver) throw new Error("This age file has been finished.");
    const out = Buffer.allocUnsafe(front.length + count * sealedChunkBytes);
    let length = front.copy(out);
    front = Buffer.alloc(0);
    for (const piece of plain) length += cipher.seal(piece, { index: index++, isLast }, out.subarray(length));
    return out.subarray(0, length);
  };
  return {
    update: (plain) => seal(pieces.push(plain), { count: pieces.count(plain.length), isLast: false }),
    final: () => {
      const sealed = seal([pieces.end()], { count: 1, isLast: true });
      isOver = true;
      return sealed;
    },
  };
}

/** The age file of a whole stream. Each piece is a buffer of its own. Throws as `startAge` does, and what the source throws. */
export async function* encryptAge(source: AsyncIterable<Buffer>, lock: AgeLock): AsyncGenerator<Buffer> {
  const age = await startAge(lock);
  for await (const plain of source) {
    const sealed = age.update(plain);
    if (sealed.length > 0) yield sealed;
  }
  yield age.final();
}
