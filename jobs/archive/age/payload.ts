import { createCipheriv, createDecipheriv } from "node:crypto";
import { damaged } from "@/jobs/archive/age/refusal";
import { derive, tagBytes } from "@/jobs/archive/age/wrap";

/** Of plaintext in every chunk but the last, in bytes. */
export const chunkBytes = 64 * 1024;
export const sealedChunkBytes = chunkBytes + tagBytes;
/** Between the header and the first chunk, in bytes. */
export const nonceBytes = 16;

const algorithm = "chacha20-poly1305";

/** A chunk's place in the file. It is part of what is authenticated: chunks cannot be moved, and the last one is known. */
type Place = { index: number; isLast: boolean };

export type ChunkCipher = ReturnType<typeof chunkCipher>;

/** Seals and opens the chunks of one file. Section "Payload" of https://c2sp.org/age. */
export function chunkCipher(fileKey: Buffer, fileNonce: Buffer) {
  const key = derive(fileKey, fileNonce, "payload");
  const nonce = Buffer.alloc(12);
  const options = { authTagLength: tagBytes };
  // OpenSSL keeps a copy.
  const nonceOf = ({ index, isLast }: Place) => {
    nonce.writeUIntBE(index, 5, 6);
    nonce.writeUInt8(isLast ? 1 : 0, 11);
    return nonce;
  };
  return {
    /** Ciphertext and tag, each in a buffer of its own: copying them costs as much as the cipher. No place may be used twice. */
    seal(plain: Buffer, place: Place): [Buffer, Buffer] {
      const cipher = createCipheriv(algorithm, key, nonceOf(place), options);
      const sealed = cipher.update(plain);
      cipher.final();
      return [sealed, cipher.getAuthTag()];
    },
    /** The plaintext, in a buffer of its own. Throws BACKUP_CORRUPT unless this is what was sealed for this place. */
    open(sealed: Buffer, place: Place): Buffer {
      // Only a file without any content ends with an empty chunk.
      const least = place.isLast && place.index === 0 ? tagBytes : tagBytes + 1;
      if (sealed.length < least) throw damaged("its end is missing");
      const decipher = createDecipheriv(algorithm, key, nonceOf(place), options);
      decipher.setAuthTag(sealed.subarray(-tagBytes));
      const plain = decipher.update(sealed.subarray(0, -tagBytes));
      try {
        decipher.final();
      } catch {
        throw damaged(`it was changed or cut at chunk ${place.index + 1}`);
      }
      return plain;
    },
  };
}

/**
 * Chunks and bytes of plaintext in so many bytes of payload after the nonce; not to be believed before the last chunk was
 * opened. Throws BACKUP_CORRUPT when there is no chunk.
 */
export function measurePayload(sealedBytes: number): { chunks: number; plainBytes: number } {
  if (sealedBytes <= 0) throw damaged("its end is missing");
  const chunks = Math.ceil(sealedBytes / sealedChunkBytes);
  return { chunks, plainBytes: sealedBytes - chunks * tagBytes };
}
