import type { BackupType } from "@/db/schema";

/** What a schedule has started makes one of its backups. */
export const typeOf = ({ scheduleId }: { scheduleId: string | null }): BackupType =>
  scheduleId === null ? "manual" : "scheduled";
