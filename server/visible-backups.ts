import { eq, inArray, type SQL } from "drizzle-orm";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import { backups, projectMembers } from "@/db/schema";

/** In SQL: backups of projects that the user is a member of; administrators see all. */
export function isVisible(user: Actor): SQL | undefined {
  if (user.role === "admin") return undefined;
  const mine = db
    .select({ id: projectMembers.projectId })
    .from(projectMembers)
    .where(eq(projectMembers.userId, user.id));
  return inArray(backups.projectId, mine);
}
