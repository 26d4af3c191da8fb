import { and, eq, isNull } from "drizzle-orm";
import { byCoffer, recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { log } from "@/db/log";
import { backups } from "@/db/schema";
import { hasStoredCopy } from "@/jobs/backup-copy/start";
import { announce } from "@/jobs/notification/announce";
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

/** Gives a backup another status, writes it down and tells of damage, unless somebody else did so since it was seen. */
export async function markBackup(seen: Seen, { status, because, checkedAt = null }: Finding): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx
      .update(backups)
      .set({ status, checkedAt })
      .where(unchanged(seen))
      .returning({ id: backups.id });
    if (!row) return;
    const { filename } = seen;
    if (status === "corrupt") await tellDamage(tx, seen, because);
    await recordAudit(tx, byCoffer, {
      action: actions[status],
      subject: { kind: "backup", id: seen.id },
      projectId: seen.projectId,
      details: { filename, because, before: seen.status },
    });
    log[status === "available" ? "info" : "warn"]({ backupId: seen.id, filename, because }, actions[status]);
  });
}

/** Of a lost disk, or a host that has gone, nobody hears once for every file: they hear that there is no good backup any more. */
async function tellDamage(tx: Tx, { id, projectId, filename }: Seen, because: string): Promise<void> {
  const [row] = await tx
    .select({ hasCopy: hasStoredCopy(id) })
    .from(backups)
    .where(eq(backups.id, id));
  const reasons = [`${because.charAt(0).toUpperCase()}${because.slice(1)}.`];
  if (row?.hasCopy) reasons.push("A copy of it is at a destination: bring that back from its page.");
  const facts = { backupId: id, filename, reasons, jobId: null };
  await announce(tx, { event: "proof_failed", projectId, once: `${id}:${new Date().toISOString()}`, facts });
}
