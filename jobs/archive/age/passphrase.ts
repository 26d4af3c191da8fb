import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { fromBase64, toBase64 } from "@/jobs/archive/age/base64";
import type { Stanza } from "@/jobs/archive/age/header";
import { damaged, invalid, unsupported } from "@/jobs/archive/age/refusal";
import { unwrap, wrap, wrappedBytes } from "@/jobs/archive/age/wrap";

const type = "scrypt";
const purpose = "age-encryption.org/v1/scrypt";
const saltBytes = 16;
const blockSize = 8;

/** Base-two logarithm of the work, as age's own: about a second and 256 MiB. Each step more doubles both. */
export const defaultWorkFactor = 18;
/** 4 GiB. age refuses more as well. */
export const maxWorkFactor = 22;

/** Section "scrypt recipient stanza" of https://c2sp.org/age: `-> scrypt <salt> <work factor>`. */
type ScryptStanza = { salt: Buffer; workFactor: number; body: Buffer };

/** Locks the file key with a passphrase. Throws VALIDATION_ERROR for an empty one and for an impossible work factor. */
export async function lockWithPassphrase(
  fileKey: Buffer,
  passphrase: string,
  workFactor = defaultWorkFactor,
): Promise<Stanza> {
  if (passphrase === "") throw invalid("A passphrase cannot be empty.");
  if (!Number.isInteger(workFactor) || workFactor < 1 || workFactor > maxWorkFactor) {
    throw invalid(`The work factor of a passphrase is a whole number from 1 to ${maxWorkFactor}.`);
  }
  const salt = randomBytes(saltBytes);
  const body = wrap(fileKey, await stretch(passphrase, { salt, workFactor }));
  return { type, args: [toBase64(salt), String(workFactor)], body };
}

/**
 * The stanza that is locked with a passphrase, if there is one; it is then the only one. Throws BACKUP_CORRUPT when the
 * stanzas break the rules.
 */
export function readScrypt(stanzas: Stanza[]): ScryptStanza | undefined {
  const stanza = stanzas.find((one) => one.type === type);
  if (!stanza) return undefined;
  if (stanzas.length > 1) throw damaged("a passphrase has to be its only key");
  const [saltText = "", workFactor = "", ...more] = stanza.args;
  const salt = fromBase64(saltText);
  const fits = salt?.length === saltBytes && /^[1-9][0-9]*$/.test(workFactor) && stanza.body.length === wrappedBytes;
  if (!salt || !fits || more.length > 0) throw damaged("a key in its header");
  return { salt, workFactor: Number(workFactor), body: stanza.body };
}

/**
 * The file key, or undefined when it is another passphrase. Throws UNSUPPORTED_MEDIA_TYPE, before any work, when the work
 * factor is above `limit`.
 */
export async function unlockWithPassphrase(
  stanza: ScryptStanza,
  passphrase: string,
  limit = maxWorkFactor,
): Promise<Buffer | undefined> {
  if (stanza.workFactor > limit) {
    throw unsupported(`Opening this file takes more work (2^${stanza.workFactor}) than is allowed (2^${limit}).`);
  }
  return unwrap(stanza.body, await stretch(passphrase, stanza));
}

const scryptAsync = promisify<string, Buffer, number, object, Buffer>(scrypt);

/** Runs beside the event loop, in one of libuv's threads. */
function stretch(passphrase: string, { salt, workFactor }: Pick<ScryptStanza, "salt" | "workFactor">): Promise<Buffer> {
  const N = 2 ** workFactor;
  const maxmem = 128 * blockSize * (N + 16);
  return scryptAsync(passphrase, Buffer.concat([Buffer.from(purpose), salt]), 32, { N, r: blockSize, p: 1, maxmem });
}
