import { createHash, randomBytes } from "node:crypto";

/** A secret that nobody guesses: 256 random bits as text that is safe in addresses. */
export const randomSecret = () => randomBytes(32).toString("base64url");

/** What is kept of such a secret. It has too many bits to be guessed, so a fast hash does. */
export const hashOf = (secret: string) => createHash("sha256").update(secret).digest("hex");
