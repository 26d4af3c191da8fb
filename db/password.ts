import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Longer ones are refused: they would only be a way to make the server work. */
export const maxPasswordLength = 1024;

export const hashPassword = (password: string) => hash(password, cost);

let decoy: Promise<string> | undefined;

/** Whether the password fits. Without a hash (unknown user) it takes the same time and says no. */
export async function passwordFits(passwordHash: string | null, password: string): Promise<boolean> {
  if (password.length > maxPasswordLength) return false;
  decoy ??= hashPassword(randomBytes(16).toString("hex"));
  const fits = await verify(passwordHash ?? (await decoy), password);
  return passwordHash !== null && fits;
}
