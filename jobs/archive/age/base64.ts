/** Base64 of RFC 4648, section 4, without padding, as everywhere in an age header. */
export function toBase64(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}

/** Undoes `toBase64`. Undefined for anything that it would not have written: padding, other letters, stray bits. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return toBase64(bytes) === text ? bytes : undefined;
}
