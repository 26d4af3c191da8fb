/**
 * What somebody else has named, or a tool has said, as one line that does nothing: no line breaks or other control
 * characters, none that turn the direction of writing or cannot be seen, and no longer than that.
 */
export function plain(text: string, length = 200): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Zs}\s]+/gu, " ").trim();
  const letters = [...line.toWellFormed()];
  return letters.length > length ? `${letters.slice(0, length - 1).join("")}…` : letters.join("");
}

/** The text without any of the secrets, wherever a server has repeated them. */
export const withoutSecrets = (text: string, secrets: string[]): string =>
  secrets.filter((secret) => secret.length > 3).reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
