import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { hashPassword, maxPasswordLength, passwordFits } from "@/db/password";
import { users } from "@/db/schema";
import { router, userProcedure } from "@/server/trpc";

export const userRouter = router({
  /** Who is signed in. */
  me: userProcedure.query(({ ctx: { user } }) => user),

  /** Changes the caller's password and ends all their other sessions, this one included: sign in again. */
  changePassword: userProcedure
    .input(
      z.strictObject({ current: z.string().max(maxPasswordLength), next: z.string().min(10).max(maxPasswordLength) }),
    )
    .mutation(async ({ ctx, input }) => {
      const [user] = await db.select().from(users).where(eq(users.id, ctx.user.id));
      if (!user || !(await passwordFits(user.passwordHash, input.current))) {
        throw new AppError("PERMISSION_DENIED", "The current password is not right.");
      }
      const passwordHash = await hashPassword(input.next);
      await db.transaction(async (tx) => {
        await tx
          .update(users)
          .set({ passwordHash, sessionVersion: sql`${users.sessionVersion} + 1` })
          .where(eq(users.id, user.id));
        await recordAudit(tx, ctx.origin, { action: "user.password_changed", subject: { kind: "user", id: user.id } });
      });
    }),
});
