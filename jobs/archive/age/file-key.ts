import { randomBytes } from "node:crypto";
import { checkMac, parseHeader, type Stanza, writeHeader } from "@/jobs/archive/age/header";
import { parseIdentity, parseRecipient } from "@/jobs/archive/age/keys";
import { lockWithPassphrase, readScrypt, unlockWithPassphrase } from "@/jobs/archive/age/passphrase";
import { invalid, wrongKey } from "@/jobs/archive/age/refusal";
import { fileKeyBytes } from "@/jobs/archive/age/wrap";
import { lockForRecipient, readX25519, unlockWithIdentity } from "@/jobs/archive/age/x25519";

/** Who can open a file: the owners of the public keys (`age1…`), or whoever knows the passphrase. Never both. */
export type AgeLock =
  | { recipients: string[]; passphrase?: never }
  | { passphrase: string; workFactor?: number; recipients?: never };

/** What a file may be opened with: secret keys (`AGE-SECRET-KEY-1…`) of which one has to fit, or a passphrase. */
export type AgeKeys = {
  identities?: string[];
  passphrase?: string;
  /** Of a passphrase's work factor, 22 when left out: 2^limit KiB of memory are the price of a stranger's file. */
  maxWorkFactor?: number;
};

/** So that the header stays far below the size up to which we read one. */
const maxRecipients = 1000;

/** A new file key and the header that locks it. Throws VALIDATION_ERROR when the lock is not one. */
export async function lockFileKey(lock: AgeLock): Promise<{ fileKey: Buffer; header: Buffer }> {
  const fileKey = randomBytes(fileKeyBytes);
  return { fileKey, header: writeHeader(await lockStanzas(fileKey, lock), fileKey) };
}

async function lockStanzas(fileKey: Buffer, lock: AgeLock): Promise<Stanza[]> {
  if (lock.recipients === undefined) return [await lockWithPassphrase(fileKey, lock.passphrase, lock.workFactor)];
  if (lock.passphrase !== undefined) throw invalid("A passphrase cannot be combined with public keys.");
  const count = lock.recipients.length;
  if (count === 0 || count > maxRecipients) throw invalid(`Give between 1 and ${maxRecipients} age public keys.`);
  return lock.recipients.map((recipient) => lockForRecipient(fileKey, parseRecipient(recipient)));
}

/**
 * The file key out of a whole header. Throws WRONG_KEY when none of the keys fits, BACKUP_CORRUPT when the header is not
 * what was written, VALIDATION_ERROR when a key is not one. A change within the locked file key itself looks like a wrong
 * key: age keeps secret whom a file is for.
 */
export async function unlockFileKey(bytes: Buffer, keys: AgeKeys): Promise<Buffer> {
  const header = parseHeader(bytes);
  const forIdentities = readX25519(header.stanzas);
  const forPassphrase = readScrypt(header.stanzas);
  let fileKey: Buffer | undefined;
  for (const identity of (keys.identities ?? []).map(parseIdentity)) {
    for (const stanza of forIdentities) fileKey ??= unlockWithIdentity(stanza, identity);
  }
  if (forPassphrase && keys.passphrase !== undefined) {
    fileKey ??= await unlockWithPassphrase(forPassphrase, keys.passphrase, keys.maxWorkFactor);
  }
  if (!fileKey) throw wrongKey(refusal(forPassphrase !== undefined, keys));
  checkMac(header, fileKey);
  return fileKey;
}

function refusal(wantsPassphrase: boolean, { identities = [], passphrase }: AgeKeys): string {
  if (wantsPassphrase) {
    return passphrase === undefined
      ? "This file was encrypted with a passphrase."
      : "The passphrase does not open this file.";
  }
  return identities.length === 0 ? "This file was encrypted with a key." : "None of the keys opens this file.";
}
