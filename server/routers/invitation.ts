import { and, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { hashPassword } from "@/db/password";
import { users } from "@/db/schema";
import { readOneTimeLink, spendOneTimeLink } from "@/server/one-time-link";
import { newPassword } from "@/server/sign-in";
import { publicProcedure, router } from "@/server/trpc";

const secret = z.string().regex(/^[\w-]{43}$/, "is not one that Coffer gave");

/** For people who come with a one-time link: nobody is signed in yet. */
export const invitationRouter = router({
  /** Whom the link is for. */
  get: publicProcedure.input(z.strictObject({ secret })).query(({ input }) => readOneTimeLink(input.secret)),

  /** Sets the password of the one whom the link is for, and ends all sessions that there were. */
  accept: publicProcedure
    .input(z.strictObject({ secret, name: z.string().trim().min(1).max(100).optional(), password: newPassword }))
    .mutation(async ({ ctx, input }) => {
      // Hashing is slow on purpose, so not for whoever comes without an open link.
      await readOneTimeLink(input.secret);
      const passwordHash = await hashPassword(input.password);
      return db.transaction(async (tx) => {
        const userId = await spendOneTimeLink(tx, input.secret);
        const [user] = await tx
          .update(users)
          .set({ passwordHash, name: input.name, sessionVersion: sql`${users.sessionVersion} + 1` })
          .where(and(eq(users.id, userId), isNull(users.disabledAt)))
          .returning();
        if (!user) throw new AppError("LINK_EXPIRED", "This account was disabled.");
        const origin = { actor: user, address: ctx.address, requestId: ctx.requestId };
        await recordAudit(tx, origin, {
          action: "user.password_set",
          subject: { kind: "user", id: user.id },
          details: { email: user.email },
        });
        return { email: user.email };
      });
    }),
});
