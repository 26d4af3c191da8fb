/** A key that nobody else has made. `randomUUID` is there only in a secure context: not on plain http, other than on localhost. */
export function randomKey(): string {
  if (window.isSecureContext) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
