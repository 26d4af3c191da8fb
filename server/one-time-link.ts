import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Actor } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { dbEnv } from "@/db/env";
import { AppError } from "@/db/errors";
import { oneTimeLinks, users } from "@/db/schema";
import { serverEnv } from "@/server/env";
import { hashOf, randomSecret } from "@/server/secret-text";

/** Makes a link with which somebody chooses a password. It takes the place of one that is still open. */
export async function makeOneTimeLink(tx: Tx, userId: string, by: Actor): Promise<{ url: string; expiresAt: Date }> {
  const secret = randomSecret();
  const values = {
    hash: hashOf(secret),
    createdBy: by.id,
    createdAt: sql`now()`,
    expiresAt: sql`now() + make_interval(hours => ${serverEnv().INVITATION_HOURS})`,
    usedAt: null,
  };
  const [row] = await tx
    .insert(oneTimeLinks)
    .values({ userId, ...values })
    .onConflictDoUpdate({ target: oneTimeLinks.userId, set: values })
    .returning({ expiresAt: oneTimeLinks.expiresAt });
  if (!row) throw new Error("a row that was inserted is not there");
  return { url: `${dbEnv().PUBLIC_URL}/welcome/${secret}`, expiresAt: row.expiresAt };
}

const open = (secret: string) =>
  and(eq(oneTimeLinks.hash, hashOf(secret)), isNull(oneTimeLinks.usedAt), gt(oneTimeLinks.expiresAt, sql`now()`));

const notOpen = () =>
  new AppError("LINK_EXPIRED", "This link has been used, or is too old. Ask an administrator for a new one.");

/** Whom an open link is for. Throws LINK_EXPIRED otherwise. */
export async function readOneTimeLink(secret: string) {
  const [row] = await db
    .select({
      email: users.email,
      name: users.name,
      isNew: sql<boolean>`${users.passwordHash} is null and ${users.lastSignInAt} is null`,
    })
    .from(oneTimeLinks)
    .innerJoin(users, eq(users.id, oneTimeLinks.userId))
    .where(and(open(secret), isNull(users.disabledAt)));
  if (!row) throw notOpen();
  return row;
}

/** Uses the link up. Of two who try at once, one succeeds; throws LINK_EXPIRED for the other. */
export async function spendOneTimeLink(tx: Tx, secret: string) {
  const [link] = await tx.update(oneTimeLinks).set({ usedAt: sql`now()` }).where(open(secret)).returning();
  if (!link) throw notOpen();
  return link.userId;
}
