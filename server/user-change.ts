import { and, eq, isNull } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { users } from "@/db/schema";

type Change = {
  action: string;
  set: PgUpdateSetSource<typeof users>;
  details?: Record<string, unknown>;
};

/**
 * Changes what somebody may do, and writes it down. Throws USER_NOT_FOUND, and VALIDATION_ERROR for a change after which
 * no administrator would be left who can sign in.
 */
export async function changeUser(origin: Origin, userId: string, { action, set, details }: Change): Promise<void> {
  await db.transaction(async (tx) => {
    // All administrators are locked, in one order: two who demote each other at once cannot both succeed.
    const isActiveAdmin = and(eq(users.role, "admin"), isNull(users.disabledAt));
    await tx.select({ id: users.id }).from(users).where(isActiveAdmin).orderBy(users.id).for("update");
    const [user] = await tx.update(users).set(set).where(eq(users.id, userId)).returning({ email: users.email });
    if (!user) throw new AppError("USER_NOT_FOUND", "There is no such user.");
    const [left] = await tx.select({ id: users.id }).from(users).where(isActiveAdmin).limit(1);
    if (!left)
      throw new AppError("VALIDATION_ERROR", "Somebody has to stay administrator. Make somebody else one first.");
    await recordAudit(tx, origin, {
      action,
      subject: { kind: "user", id: userId },
      details: { email: user.email, ...details },
    });
  });
}
