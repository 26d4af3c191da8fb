import { eq } from "drizzle-orm";
import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { dbEnv } from "@/db/env";
import { backups, jobs, schedules } from "@/db/schema";
import { restoreCommand } from "@/jobs/archive/restore-command";
import { jobsEnv } from "@/jobs/env";
import { signDownload } from "@/jobs/home/download-link";
import { originOf } from "@/jobs/lifecycle/origin";
import type { Message } from "@/jobs/notification/message";
import { stamped } from "@/jobs/notification/words";

type Extended = {
  message: Message;
  /** Writes down that a link to the backup was sent to somebody. */
  record(to: string[]): Promise<void>;
};

/**
 * What whoever an export was started for gets besides the message: a link that downloads the backup in the name of whoever started
 * it, or has made its schedule, for as long as they may; made anew for each attempt; what its bytes are and how to bring it back. The backup as it is now: it may be gone.
 */
export async function withDownload(message: Message, backupId: string): Promise<Extended> {
  const [row] = await db
    .select({ backup: backups, job: jobs, scheduledBy: schedules.createdBy })
    .from(backups)
    .innerJoin(jobs, eq(jobs.id, backups.jobId))
    .leftJoin(schedules, eq(schedules.id, jobs.scheduleId))
    .where(eq(backups.id, backupId));
  if (!row)
    return { message: { ...message, lines: [...message.lines, "It was deleted since."] }, record: async () => {} };
  const { backup, job, scheduledBy } = row;
  // Whoever runs a schedule by hand may not know who gets its mails.
  const userId = job.scheduleId === null ? job.userId : scheduledBy;
  const lines = [...message.lines, "", ...(userId ? [download(backupId, userId)] : [])];
  const restore = { name: "Restore with", value: restoreCommand(backup) };
  const record = async (to: string[]) => {
    if (!userId) return;
    const origin: Origin = await originOf(db, job);
    await recordAudit(db, origin, {
      action: "backup.link_mailed",
      subject: { kind: "backup", id: backupId },
      projectId: backup.projectId,
      details: { filename: backup.filename, to },
    });
  };
  const fields = [...message.fields, { name: "sha256", value: backup.sha256 }, restore];
  return { message: { ...message, lines, fields }, record };
}

function download(backupId: string, userId: string): string {
  const { path, expiresAt } = signDownload({ backupId, userId }, jobsEnv().MAIL_LINK_HOURS * 3600);
  return `Download it, until ${stamped(expiresAt)}: ${dbEnv().PUBLIC_URL}${path}`;
}
