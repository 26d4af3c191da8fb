import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { customType } from "drizzle-orm/pg-core";
import { dbEnv } from "@/db/env";

/** A key of 32 bytes for one purpose, derived from the installation's secret (HKDF-SHA256, RFC 5869). */
export function deriveKey(purpose: string): Buffer {
  const { COFFER_SECRET } = dbEnv();
  const known = derived.get(purpose);
  if (known?.from === COFFER_SECRET) return known.key;
  const key = Buffer.from(hkdfSync("sha256", COFFER_SECRET, "coffer", purpose, 32));
  derived.set(purpose, { from: COFFER_SECRET, key });
  return key;
}

/** Deriving one costs a tenth of a small request. */
const derived = new Map<string, { from: string; key: Buffer }>();

/** AES-256-GCM; gives `v1.<nonce>.<ciphertext and tag>` in base64url. */
export function encryptSecret(plain: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", deriveKey("secret-column"), nonce);
  const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
}

/** Undoes `encryptSecret`. Throws when the installation's secret is another one or the text was changed. */
export function decryptSecret(sealed: string): string {
  const [version, nonce, body] = sealed.split(".");
  if (version !== "v1" || !nonce || !body) throw new Error("A stored secret has an unknown form.");
  const bytes = Buffer.from(body, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", deriveKey("secret-column"), Buffer.from(nonce, "base64url"));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
  } catch {
    throw new Error("A stored secret cannot be opened: COFFER_SECRET is not the one it was sealed with.");
  }
}

/** A column whose value is JSON in the program and sealed text in the database. */
export const secretJson = <T>(name: string) =>
  customType<{ data: T; driverData: string }>({
    dataType: () => "text",
    toDriver: (value) => encryptSecret(JSON.stringify(value)),
    fromDriver: (value) => JSON.parse(decryptSecret(value)) as T,
  })(name);
