import { and, eq, sql } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backupCopies, type CopyStatus } from "@/db/schema";
import { checked, drain } from "@/jobs/backup-copy/bytes";
import { meter } from "@/jobs/backup-copy/meter";
import { placeOptions } from "@/jobs/backup-copy/options";
import { loadPlacement, type Placement, placedOf, watched } from "@/jobs/backup-copy/place";
import { isUnderway } from "@/jobs/backup-copy/start";
import { missingSince, tellLost } from "@/jobs/backup-copy/tell-lost";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failureOf } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";

/** Reads a copy back to its last byte, and notes whether its bytes are those of the backup. */
export const verifyCopy: JobHandler = { run, clean };

type Finding = { status: CopyStatus; problem: string | null };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, step } = context;
  step("check");
  const placement = await loadPlacement(placeOptions.parse(job.options));
  step("copy");
  const { status, problem } = await watched(placement, () => look(context, placement));
  step("finish");
  const { backup, copy, destinationName } = placement;
  const verifiedAt = status === "stored" ? sql`now()` : null;
  return async (tx) => {
    const [row] = await tx
      .update(backupCopies)
      .set({ status, problem, missingSince: missingSince(status), checkedAt: sql`now()`, verifiedAt })
      // One that is being made anew meanwhile is another copy.
      .where(and(eq(backupCopies.id, copy.id), eq(backupCopies.status, copy.status), sql`not ${isUnderway}`))
      .returning({ id: backupCopies.id });
    if (!row) return;
    if (problem !== null && copy.status === "stored") await tellLost(tx, { ...placement, problem });
    await recordAudit(tx, await originOf(tx, job), {
      action: status === "stored" ? "copy.verified" : `copy.${status}`,
      subject: { kind: "backup", id: backup.id },
      projectId: backup.projectId,
      details: { filename: backup.filename, destination: destinationName, because: problem ?? undefined },
    });
  };
}

async function look(context: RunContext, { backup, copy, destination }: Placement): Promise<Finding> {
  try {
    const bytes = destination.get(placedOf(copy, backup), undefined, context.signal);
    await drain(checked(bytes, backup, meter(context, backup.sizeBytes)));
    return { status: "stored", problem: null };
  } catch (error) {
    const { code, message } = failureOf(error);
    if (code === "copy_missing") return { status: "missing", problem: message };
    if (code === "corrupt") return { status: "corrupt", problem: message };
    throw error;
  }
}

async function clean() {
  return { backendEndedAt: new Date(), filesRemovedAt: new Date() };
}
