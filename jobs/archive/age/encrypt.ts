import { randomBytes } from "node:crypto";
import { type AgeLock, lockFileKey } from "@/jobs/archive/age/file-key";
import { chunkBytes, chunkCipher, nonceBytes } from "@/jobs/archive/age/payload";
import { cutPieces } from "@/jobs/archive/age/pieces";

/** Like a Cipher of node:crypto: all that it gives, in order, is an age file. Each piece is a buffer of its own. */
export type AgeWriter = {
  /** Takes any number of bytes, which may be written over afterwards. Gives the sealed bytes so far, often none. */
  update(plain: Buffer): Buffer[];
  /** The rest. The writer is of no use afterwards. */
  final(): Buffer[];
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
  let front = [header, nonce];
  let index = 0;
  let isOver = false;

  /** Seals these pieces, after whatever has to come before the first of them. */
  const seal = (plain: Iterable<Buffer>, isLast: boolean) => {
    // A second last chunk would use a key and nonce twice.
    if (isOver) throw new Error("This age file has been finished.");
    const out = front;
    front = [];
    for (const piece of plain) out.push(...cipher.seal(piece, { index: index++, isLast }));
    return out;
  };
  return {
    update: (plain) => seal(pieces.push(plain), false),
    final: () => {
      const sealed = seal([pieces.end()], true);
      isOver = true;
      return sealed;
    },
  };
}

/** The age file of a whole stream. Each piece is a buffer of its own. Throws as `startAge` does, and what the source throws. */
export async function* encryptAge(source: AsyncIterable<Buffer>, lock: AgeLock): AsyncGenerator<Buffer> {
  const age = await startAge(lock);
  for await (const plain of source) yield* age.update(plain);
  yield* age.final();
}
