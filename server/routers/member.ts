import { and, asc, eq } from "drizzle-orm";
import { z } from "zod";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { permission, projectMembers, users } from "@/db/schema";
import { projectProcedure, projectRef, router } from "@/server/trpc";

const permissions = z.array(z.enum(permission.enumValues)).max(permission.enumValues.length);
const person = { id: users.id, email: users.email, name: users.name, role: users.role, disabledAt: users.disabledAt };

export const memberRouter = router({
  /** Who may do what in a project. Administrators may do everything and are not in the list unless they were added. */
  list: projectProcedure("view").query(({ ctx }) =>
    db
      .select({ ...person, permissions: projectMembers.permissions, since: projectMembers.createdAt })
      .from(projectMembers)
      .innerJoin(users, eq(users.id, projectMembers.userId))
      .where(eq(projectMembers.projectId, ctx.project.id))
      .orderBy(asc(users.name), asc(users.email)),
  ),

  /** People who could be added: those who have an account and are not members yet. */
  candidates: projectProcedure("manage").query(async ({ ctx }) => {
    const here = and(eq(projectMembers.userId, users.id), eq(projectMembers.projectId, ctx.project.id));
    const rows = await db
      .select({ ...person, memberId: projectMembers.userId })
      .from(users)
      .leftJoin(projectMembers, here)
      .orderBy(asc(users.name), asc(users.email));
    return rows.flatMap(({ memberId, disabledAt, ...user }) => (memberId || disabledAt ? [] : [user]));
  }),

  /** Adds a person to a project, or changes what they may do there. Nobody can give what they do not have. */
  set: projectProcedure("manage")
    .input(z.strictObject({ projectId: projectRef, userId: z.uuid(), permissions }))
    .mutation(async ({ ctx, input }) => {
      const granted = permission.enumValues.filter((name) => input.permissions.includes(name));
      await db.transaction(async (tx) => {
        const [user] = await tx
          .select({ id: users.id, email: users.email })
          .from(users)
          .where(eq(users.id, input.userId));
        if (!user) throw new AppError("USER_NOT_FOUND", "There is no such user.");
        const [now] = await tx
          .select({ permissions: projectMembers.permissions })
          .from(projectMembers)
          .where(and(eq(projectMembers.projectId, ctx.project.id), eq(projectMembers.userId, user.id)))
          .for("update");
        const beyond = granted.find(
          (name) => !now?.permissions.includes(name) && !ctx.project.permissions.includes(name),
        );
        if (beyond)
          throw new AppError("PERMISSION_DENIED", `You cannot give the permission to ${beyond}: you lack it.`);
        await tx
          .insert(projectMembers)
          .values({ projectId: ctx.project.id, userId: user.id, permissions: granted })
          .onConflictDoUpdate({
            target: [projectMembers.projectId, projectMembers.userId],
            set: { permissions: granted },
          });
        await recordAudit(tx, ctx.origin, {
          action: "member.set",
          subject: { kind: "user", id: user.id },
          projectId: ctx.project.id,
          details: { email: user.email, permissions: granted },
        });
      });
    }),

  /** Takes a person out of a project, which does not exist for them from then on. */
  remove: projectProcedure("manage")
    .input(z.strictObject({ projectId: projectRef, userId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      db.transaction(async (tx) => {
        const [row] = await tx
          .delete(projectMembers)
          .where(and(eq(projectMembers.projectId, ctx.project.id), eq(projectMembers.userId, input.userId)))
          .returning({ userId: projectMembers.userId });
        const [user] = await tx.select({ email: users.email }).from(users).where(eq(users.id, input.userId));
        if (!row) throw new AppError("USER_NOT_FOUND", "This person is not a member of the project.");
        await recordAudit(tx, ctx.origin, {
          action: "member.removed",
          subject: { kind: "user", id: row.userId },
          projectId: ctx.project.id,
          details: { email: user?.email },
        });
      }),
    ),
});
