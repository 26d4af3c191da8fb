import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import type { SuppliedKeys } from "@/db/schema";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";
import { type RestoreOptions, restoreSteps } from "@/jobs/restore-backup/options";
import { undoSteps } from "@/jobs/restore-backup/undo";

type Wanted = {
  options: RestoreOptions;
  filename: string;
  /** Whose schema is replaced. */
  projectId: string;
  idempotencyKey?: string;
  /** To open it with, beside those that the server keeps. */
  keys?: SuppliedKeys;
};

/** Starts a restore, in the transaction of whoever wants it. */
export async function startRestore(tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> {
  const { filename, projectId, idempotencyKey, keys } = wanted;
  const options = { ...wanted.options, keysSupplied: keys && true } satisfies RestoreOptions;
  const job = await startJob(tx, origin, {
    kind: "restore_backup",
    projectId,
    options,
    steps: restoreSteps(options),
    idempotencyKey,
    keys,
  });
  if (job.isNew)
    await recordAudit(tx, origin, {
      action: "restore.started",
      subject: { kind: "backup", id: options.backupId },
      projectId,
      details: { filename, jobId: job.id, ...options },
    });
  return job;
}

/** Starts the undo of a restore, in the transaction of whoever wants it. */
export async function startUndo(
  tx: Tx,
  origin: Origin,
  { restoreJobId, projectId, idempotencyKey }: { restoreJobId: string; projectId: string; idempotencyKey?: string },
): Promise<StartedJob> {
  const options = { restoreJobId };
  const job = await startJob(tx, origin, {
    kind: "undo_restore",
    projectId,
    options,
    steps: undoSteps,
    idempotencyKey,
  });
  if (job.isNew)
    await recordAudit(tx, origin, {
      action: "restore.undo_started",
      subject: { kind: "job", id: restoreJobId },
      projectId,
      details: { jobId: job.id },
    });
  return job;
}
