import { diffieHellman, generateKeyPairSync } from "node:crypto";
import { fromBase64, toBase64 } from "@/jobs/archive/age/base64";
import type { Stanza } from "@/jobs/archive/age/header";
import { type Identity, publicKeyOf, type Recipient, shareOf } from "@/jobs/archive/age/keys";
import { damaged, invalid } from "@/jobs/archive/age/refusal";
import { derive, unwrap, wrap, wrappedBytes } from "@/jobs/archive/age/wrap";

const type = "X25519";
const purpose = "age-encryption.org/v1/X25519";

/** Section "X25519 recipient stanza" of https://c2sp.org/age: `-> X25519 <ephemeral share>`. */
type X25519Stanza = { share: Buffer; body: Buffer };

/** Locks the file key for a recipient. Throws VALIDATION_ERROR for a public key that would lock nothing. */
export function lockForRecipient(fileKey: Buffer, { key, share }: Recipient): Stanza {
  const ephemeral = generateKeyPairSync("x25519");
  const ours = shareOf(ephemeral.publicKey);
  const secret = agree(ephemeral.privateKey, key);
  if (!secret) throw invalid("This age public key is not safe to use.");
  const body = wrap(fileKey, derive(secret, Buffer.concat([ours, share]), purpose));
  return { type, args: [toBase64(ours)], body };
}

/** Those of the stanzas that are locked for a recipient. Throws BACKUP_CORRUPT when one breaks the rules. */
export function readX25519(stanzas: Stanza[]): X25519Stanza[] {
  return stanzas
    .filter((stanza) => stanza.type === type)
    .map(({ args: [text = "", ...more], body }) => {
      const share = fromBase64(text);
      const fits = share?.length === 32 && more.length === 0 && body.length === wrappedBytes;
      if (!share || !fits) throw damaged("a key in its header");
      return { share, body };
    });
}

/** The file key, or undefined when the stanza is another's. Throws BACKUP_CORRUPT for a share that fits every key. */
export function unlockWithIdentity({ share, body }: X25519Stanza, { key, recipient }: Identity): Buffer | undefined {
  const secret = agree(key, publicKeyOf(share));
  if (!secret) throw damaged("a key in its header");
  return unwrap(body, derive(secret, Buffer.concat([share, recipient.share]), purpose));
}

/** Undefined when the outcome would be all zeros, which OpenSSL refuses to give (RFC 7748, section 6.1). */
function agree(privateKey: Identity["key"], publicKey: Recipient["key"]): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey });
  } catch {
    return undefined;
  }
}
