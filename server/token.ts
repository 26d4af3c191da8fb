import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { apiTokens, type TokenScope, users } from "@/db/schema";
import { batched, requestGap } from "@/server/batched";
import { hashOf, randomSecret } from "@/server/secret-text";

/** What an API token begins with, so that people and secret scanners know it when they see it. */
export const tokenPrefix = "coffer_";

/** A new token: what its owner gets to see once, and what is kept of it. */
export function mintToken(): { token: string; hash: string; prefix: string } {
  const token = tokenPrefix + randomSecret();
  return { token, hash: hashOf(token), prefix: token.slice(0, tokenPrefix.length + 4) };
}

export type TokenInUse = { id: string; scopes: TokenScope[] };

/**
 * Whose token it is. Throws UNAUTHENTICATED for one that does not exist, was revoked or whose owner may not sign in,
 * TOKEN_EXPIRED for one that is too old.
 */
export async function openApiToken(token: string) {
  const row = await findToken(hashOf(token));
  if (!row || row.token.revokedAt || row.user.disabledAt)
    throw new AppError("UNAUTHENTICATED", "This API token is not valid.");
  if (row.isExpired) throw new AppError("TOKEN_EXPIRED", "This API token has expired. Make a new one.");
  if (row.isStale) await noteUse(row.token.id);
  const { id, email, name, role } = row.user;
  return {
    user: { id, email, name, role },
    token: { id: row.token.id, scopes: row.token.scopes } satisfies TokenInUse,
  };
}

const minuteAgo = sql`now() - interval '1 minute'`;

/** One write a minute and token is enough to see which are in use. */
const noteUse = (id: string) =>
  db
    .update(apiTokens)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiTokens.id, id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, minuteAgo))));

const findToken = batched(
  async (hashes: string[]) => {
    const found = await byHashes().execute({ hashes });
    const rows = new Map(found.map((row) => [row.token.hash, row]));
    return hashes.map((hash) => rows.get(hash));
  },
  { gap: requestGap },
);

let prepared: ReturnType<typeof prepareByHashes> | undefined;
const byHashes = () => (prepared ??= prepareByHashes());
const prepareByHashes = () =>
  db
    .select({
      token: apiTokens,
      user: users,
      isExpired: sql<boolean>`coalesce(${apiTokens.expiresAt} <= now(), false)`,
      isStale: sql<boolean>`coalesce(${apiTokens.lastUsedAt} < ${minuteAgo}, true)`,
    })
    .from(apiTokens)
    .innerJoin(users, eq(users.id, apiTokens.userId))
    .where(sql`${apiTokens.hash} = any(${sql.placeholder("hashes")}::text[])`)
    .prepare("tokens_by_hash");
