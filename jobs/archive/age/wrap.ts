import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

export const fileKeyBytes = 16;
export const tagBytes = 16;
/** Of a file key that was locked, with its tag. */
export const wrappedBytes = fileKeyBytes + tagBytes;

const algorithm = "chacha20-poly1305";
// The key is good for this one message only.
const nonce = Buffer.alloc(12);

/** 32 bytes for one purpose: HKDF-SHA-256 (RFC 5869). */
export function derive(secret: Buffer, salt: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, purpose, 32));
}

/** The file key under a key of 32 bytes that is used for nothing else. */
export function wrap(fileKey: Buffer, key: Buffer): Buffer {
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  return Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
}

/** Undoes `wrap`. Undefined when it was another key, or the bytes were changed: nobody can tell which. */
export function unwrap(wrapped: Buffer, key: Buffer): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(wrapped.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(wrapped.subarray(0, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}
