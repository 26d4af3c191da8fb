import { createPrivateKey, createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { fromBech32, toBech32 } from "@/jobs/archive/age/bech32";
import { invalid } from "@/jobs/archive/age/refusal";

/** A public key: whoever has it can lock a file. `share` is its 32 bytes. */
export type Recipient = { key: KeyObject; share: Buffer };
/** A secret key, with the recipient that it opens. */
export type Identity = { key: KeyObject; recipient: Recipient };

const keyBytes = 32;
const recipientPrefix = "age";
const identityPrefix = "age-secret-key-";

// What DER puts before the 32 bytes of an X25519 key (RFC 8410): node:crypto takes no bare ones.
const publicStart = Buffer.from("302a300506032b656e032100", "hex");
const secretStart = Buffer.from("302e020100300506032b656e04220420", "hex");

/** The 32 bytes of an X25519 public key (RFC 7748). */
export function shareOf(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" }).subarray(-keyBytes);
}

/** The X25519 public key of 32 bytes. */
export function publicKeyOf(share: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicStart, share]), format: "der", type: "spki" });
}

function identityOf(secret: Buffer): Identity {
  const key = createPrivateKey({ key: Buffer.concat([secretStart, secret]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(key);
  return { key, recipient: { key: publicKey, share: shareOf(publicKey) } };
}

/** A new secret key, `AGE-SECRET-KEY-1…`, as age-keygen makes them. */
export function generateIdentity(): string {
  return toBech32(identityPrefix, randomBytes(keyBytes)).toUpperCase();
}

/** The public key, `age1…`, of a secret one. Throws as `parseIdentity` does. */
export function recipientOf(identity: string): string {
  return toBech32(recipientPrefix, parseIdentity(identity).recipient.share);
}

/** Reads `AGE-SECRET-KEY-1…`. Throws VALIDATION_ERROR when it is not one; the message does not repeat it. */
export function parseIdentity(text: string): Identity {
  const start = identityPrefix.toUpperCase();
  if (text.startsWith(`${start}PQ-`)) throw invalid("Post-quantum age keys are not supported.");
  if (text.startsWith("age1")) throw invalid("This is a public key: give its secret key, AGE-SECRET-KEY-1…");
  if (!text.startsWith(`${start}1`)) throw invalid("An age secret key begins with AGE-SECRET-KEY-1.");
  const decoded = fromBech32(text);
  if (decoded?.prefix !== identityPrefix || decoded.bytes.length !== keyBytes) {
    throw invalid("This age secret key has a typing error or is not complete.");
  }
  return identityOf(decoded.bytes);
}

/** Reads `age1…`. Throws VALIDATION_ERROR when it is not one; the message does not repeat it. */
export function parseRecipient(text: string): Recipient {
  if (/^age-secret-key-/i.test(text)) throw invalid("This is a secret key: give its public key, age1…, instead.");
  if (!text.startsWith("age1")) throw invalid("An age public key begins with age1.");
  const decoded = fromBech32(text);
  if (decoded && decoded.prefix !== recipientPrefix) {
    throw invalid("Public keys of age plugins and post-quantum ones are not supported.");
  }
  if (decoded?.bytes.length !== keyBytes) {
    throw invalid("This age public key has a typing error or is not complete.");
  }
  return { key: publicKeyOf(decoded.bytes), share: decoded.bytes };
}
