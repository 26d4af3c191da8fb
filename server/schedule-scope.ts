import type { Actor } from "@/db/audit";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import type { ScheduleOptions } from "@/jobs/schedule/options";
import { requireKey } from "@/server/encryption-key";
import { requireMail } from "@/server/notification-channel";
import { requireDestinations } from "@/server/require-destinations";
import { findProject, requirePermission } from "@/server/trpc";

/** Throws NO_ENCRYPTION_KEY, DESTINATION_NOT_FOUND or MAIL_NOT_CONFIGURED for options that could not be carried out now. */
export async function requireWhatOptionsNeed(
  tx: Tx,
  { encrypt, destinations, notifyEmail }: ScheduleOptions,
  before?: { notifyEmail?: unknown },
): Promise<void> {
  // Who changes something else need not mend that.
  if (notifyEmail && notifyEmail !== before?.notifyEmail) requireMail();
  if (encrypt) await requireKey(tx);
  if (destinations) await requireDestinations(tx, destinations);
}

type Scope = { projectId: string | null; pattern: string | null };

/** What a schedule is of, if the user may have one of that: the project's id, or the pattern. Throws VALIDATION_ERROR and PERMISSION_DENIED. */
export async function scopeOf(tx: Tx, user: Actor, { projectId, pattern }: Scope): Promise<Scope> {
  if ((projectId === null) === (pattern === null)) {
    const error = "Give either project_id, for one project, or pattern, for all that it matches.";
    throw new AppError("VALIDATION_ERROR", error, { fields: [{ field: "pattern", error, code: "custom" }] });
  }
  if (projectId === null) {
    if (user.role === "admin") return { projectId, pattern };
    throw new AppError("PERMISSION_DENIED", "Only an administrator may schedule all projects that match a pattern.");
  }
  const project = await findProject(user, projectId, { tx });
  requirePermission(project, "manage");
  // It starts exports.
  requirePermission(project, "export");
  return { projectId: project.id, pattern: null };
}
