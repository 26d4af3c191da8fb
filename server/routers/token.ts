import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { apiTokens, tokenScope } from "@/db/schema";
import { mintToken } from "@/server/token";
import { router, userProcedure } from "@/server/trpc";

const shown = {
  id: apiTokens.id,
  name: apiTokens.name,
  prefix: apiTokens.prefix,
  scopes: apiTokens.scopes,
  createdAt: apiTokens.createdAt,
  expiresAt: apiTokens.expiresAt,
  lastUsedAt: apiTokens.lastUsedAt,
};

const newToken = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z
    .array(z.enum(tokenScope.enumValues))
    .min(1)
    .max(tokenScope.enumValues.length)
    .transform((scopes) => [...new Set(scopes)]),
  /** Null: it does not expire. */
  expiresInDays: z.number().int().min(1).max(3650).nullable().default(90),
});

export const tokenRouter = router({
  /** The caller's own API tokens that were not revoked, newest first. */
  list: userProcedure.query(({ ctx }) =>
    db
      .select(shown)
      .from(apiTokens)
      .where(and(eq(apiTokens.userId, ctx.user.id), isNull(apiTokens.revokedAt)))
      .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id)),
  ),

  /** Makes an API token. This answer is the only one that ever holds it. */
  create: userProcedure.input(newToken).mutation(async ({ ctx, input }) => {
    const beyond = ctx.token && input.scopes.find((scope) => !ctx.token?.scopes.includes(scope));
    if (beyond)
      throw new AppError("PERMISSION_DENIED", `A token without the scope ${beyond} cannot give it to another.`);
    const { token, ...kept } = mintToken();
    return db.transaction(async (tx) => {
      const { name, scopes, expiresInDays } = input;
      const expiresAt = expiresInDays === null ? null : sql`now() + make_interval(days => ${expiresInDays})`;
      const [row] = await tx
        .insert(apiTokens)
        .values({ userId: ctx.user.id, name, scopes, expiresAt, ...kept })
        .returning(shown);
      if (!row) throw new Error("a row that was inserted is not there");
      await recordAudit(tx, ctx.origin, {
        action: "token.created",
        subject: { kind: "token", id: row.id },
        details: { name, scopes, expiresAt: row.expiresAt },
      });
      return { ...row, token };
    });
  }),

  /** Ends one of the caller's tokens, at once and for good. */
  revoke: userProcedure.input(z.strictObject({ tokenId: z.uuid() })).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const mine = and(eq(apiTokens.id, input.tokenId), eq(apiTokens.userId, ctx.user.id), isNull(apiTokens.revokedAt));
      const [row] = await tx
        .update(apiTokens)
        .set({ revokedAt: sql`now()` })
        .where(mine)
        .returning({ id: apiTokens.id, name: apiTokens.name });
      if (!row) throw new AppError("TOKEN_NOT_FOUND", "There is no such token.");
      await recordAudit(tx, ctx.origin, {
        action: "token.revoked",
        subject: { kind: "token", id: row.id },
        details: { name: row.name },
      });
    }),
  ),
});
