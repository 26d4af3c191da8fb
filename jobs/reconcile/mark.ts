import { and, eq, isNull } from "drizzle-orm";
import { byCoffer, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { backups } from "@/db/schema";
import type { BackupRow } from "@/jobs/reconcile/row";

type Seen = Pick<BackupRow, "id" | "projectId" | "filename" | "status" | "checkedAt">;
type Finding = Pick<BackupRow, "status"> & {
  /** Why, in words that follow "because". */
  because: string;
  /** Null: its bytes are read as soon as they are there again. */
  checkedAt?: Date | null;
};

const actions = { available: "backup.found", missing: "backup.missing", corrupt: "backup.corrupt" } as const;

/** Holds for a row as it was seen: whoever came first has changed it, or deletes it right now. */
export const unchanged = ({ id, status, checkedAt }: Pick<Seen, "id" | "status" | "checkedAt">) =>
  and(
    eq(backups.id, id),
    eq(backups.status, status),
    // One that was moved away meanwhile misses nothing.
    isNull(backups.movedAt),
    checkedAt === null ? isNull(backups.checkedAt) : eq(backups.checkedAt, checkedAt),
  );

/** Gives a backup another status and writes it down, unless somebody else did so since it was seen. */
export async function markBackup(seen: Seen, { status, because, checkedAt = null }: Finding): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx
      .update(backups)
      .set({ status, checkedAt })
      .where(unchanged(seen))
      .returning({ id: backups.id });
    if (!row) return;
    const { filename } = seen;
    await recordAudit(tx, byCoffer, {
      action: actions[status],
      subject: { kind: "backup", id: seen.id },
      projectId: seen.projectId,
      details: { filename, because, before: seen.status },
    });
    log[status === "available" ? "info" : "warn"]({ backupId: seen.id, filename, because }, actions[status]);
  });
}
