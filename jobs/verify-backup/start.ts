import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";
import { type VerifyOptions, verifySteps } from "@/jobs/verify-backup/options";

type Subject = { id: string; projectId: string; filename: string };

/** Starts the proof of a backup, in the transaction of whoever wants it. */
export async function startVerification(
  tx: Tx,
  origin: Origin,
  { backup, level, idempotencyKey }: { backup: Subject; level: VerifyOptions["level"]; idempotencyKey?: string },
): Promise<StartedJob> {
  const job = await startJob(tx, origin, {
    kind: "verify_backup",
    projectId: backup.projectId,
    options: { backupId: backup.id, level },
    steps: verifySteps(level),
    idempotencyKey,
  });
  if (job.isNew)
    await recordAudit(tx, origin, {
      action: "backup.verification_started",
      subject: { kind: "backup", id: backup.id },
      projectId: backup.projectId,
      details: { filename: backup.filename, level },
    });
  return job;
}
