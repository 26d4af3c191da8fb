import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { maxPasswordLength, passwordFits } from "@/db/password";
import { users } from "@/db/schema";
import { countCall } from "@/server/rate-limit";

/** Not z.email(): the first admin is admin@localhost. */
export const emailAddress = z
  .string()
  .trim()
  .max(254)
  .regex(/^[^\s@,;<>"\\]+@[^\s@,;<>"\\]+$/, "must be one e-mail address");

export const credentialsInput = z.strictObject({
  email: emailAddress,
  password: z.string().min(1).max(maxPasswordLength),
});

export type Credentials = z.infer<typeof credentialsInput>;

/** Where a request came from, as far as the audit is concerned. */
export type From = { address: string | null; requestId: string | null };

/**
 * The user whose credentials these are; null for an unknown user as for a wrong password, after the same time. Counts as a
 * try of that account: throws RATE_LIMIT_EXCEEDED when there were too many.
 */
export async function signIn({ email: given, password }: Credentials, from: From) {
  const email = given.toLowerCase();
  await countCall("sign-in", email);
  const [user] = await db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email));
  const fits = await passwordFits(user?.disabledAt ? null : (user?.passwordHash ?? null), password);
  if (user && fits) {
    await noteSignIn(user, from, "password");
    return user;
  }
  await recordAudit(
    db,
    { ...from, actor: null },
    { action: "sign_in.refused", subject: { kind: "user", id: user?.id ?? email }, details: { email } },
  );
  return null;
}

/** Writes down that somebody has signed in, and by which way. */
export async function noteSignIn(user: typeof users.$inferSelect, from: From, by: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.update(users).set({ lastSignInAt: sql`now()` }).where(eq(users.id, user.id));
    await recordAudit(
      tx,
      { ...from, actor: user },
      { action: "sign_in.succeeded", subject: { kind: "user", id: user.id }, details: { by } },
    );
  });
}

/** A password that somebody chooses. Length is what counts (NIST SP 800-63B). */
export const newPassword = z
  .string()
  .min(10, "must have at least 10 characters")
  .max(maxPasswordLength, `must have at most ${maxPasswordLength} characters`);
