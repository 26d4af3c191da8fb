import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { hashPassword, maxPasswordLength, passwordFits } from "@/db/password";
import { userRole, users } from "@/db/schema";
import { makeOneTimeLink } from "@/server/one-time-link";
import { emailAddress, newPassword } from "@/server/sign-in";
import { adminProcedure, router, userProcedure } from "@/server/trpc";
import { changeUser } from "@/server/user-change";

const userInput = z.strictObject({ userId: z.uuid() });

const invitation = z.strictObject({
  email: emailAddress,
  name: z.string().trim().min(1).max(100),
  role: z.enum(userRole.enumValues).default("member"),
});

export const userRouter = router({
  /** Who is signed in. */
  me: userProcedure.query(({ ctx: { user } }) => user),

  /** Changes the caller's password and ends all their other sessions, this one included: sign in again. */
  changePassword: userProcedure
    .input(z.strictObject({ current: z.string().max(maxPasswordLength), next: newPassword }))
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
        await recordAudit(tx, ctx.origin, {
          action: "user.password_changed",
          subject: { kind: "user", id: user.id },
          details: { email: user.email },
        });
      });
    }),

  /** Everybody who has an account. */
  list: adminProcedure.query(() =>
    db
      .select({
        id: users.id,
        email: users.email,
        name: users.name,
        role: users.role,
        createdAt: users.createdAt,
        lastSignInAt: users.lastSignInAt,
        disabledAt: users.disabledAt,
        /** Invited, and has not chosen a password yet. */
        isInvited: sql<boolean>`${users.passwordHash} is null and ${users.lastSignInAt} is null`,
        projects: sql<number>`(select count(*)::int from control_plane.project_members m where m.user_id = ${users}.id)`,
      })
      .from(users)
      .orderBy(asc(users.name), asc(users.email)),
  ),

  /** Makes an account, and the link with which its owner chooses a password. This answer is the only one that holds it. */
  invite: adminProcedure.input(invitation).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const [user] = await tx.insert(users).values(input).onConflictDoNothing().returning();
      if (!user) throw new AppError("ALREADY_EXISTS", `There is an account for ${input.email} already.`);
      const { email, role } = user;
      await recordAudit(tx, ctx.origin, {
        action: "user.invited",
        subject: { kind: "user", id: user.id },
        details: { email, role },
      });
      return { userId: user.id, ...(await makeOneTimeLink(tx, user.id, ctx.user)) };
    }),
  ),

  /** Makes a link with which somebody chooses a new password. The old one, and their sessions, stay until it is used. */
  resetPassword: adminProcedure.input(userInput).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const [user] = await tx.select().from(users).where(eq(users.id, input.userId));
      if (!user) throw new AppError("USER_NOT_FOUND", "There is no such user.");
      await recordAudit(tx, ctx.origin, {
        action: "user.reset_link_made",
        subject: { kind: "user", id: user.id },
        details: { email: user.email },
      });
      return makeOneTimeLink(tx, user.id, ctx.user);
    }),
  ),

  /** Keeps somebody out: sessions, JWTs and API tokens end at once. */
  disable: adminProcedure.input(userInput).mutation(({ ctx, input }) =>
    changeUser(ctx.origin, input.userId, {
      action: "user.disabled",
      set: { disabledAt: sql`coalesce(${users.disabledAt}, now())`, sessionVersion: sql`${users.sessionVersion} + 1` },
    }),
  ),

  /** Lets somebody in again. */
  enable: adminProcedure
    .input(userInput)
    .mutation(({ ctx, input }) =>
      changeUser(ctx.origin, input.userId, { action: "user.enabled", set: { disabledAt: null } }),
    ),

  /** Makes somebody an administrator, or takes that away. */
  setRole: adminProcedure
    .input(userInput.extend({ role: z.enum(userRole.enumValues) }))
    .mutation(({ ctx, input: { userId, role } }) =>
      changeUser(ctx.origin, userId, { action: "user.role_changed", set: { role }, details: { role } }),
    ),
});
