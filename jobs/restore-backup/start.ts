import type { Origin } from "@/db/audit";
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
export function startRestore(tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> {
  const { filename, projectId, idempotencyKey, keys } = wanted;
  const options = { ...wanted.options, keysSupplied: keys && true } satisfies RestoreOptions;
  return startJob(tx, origin, {
    kind: "restore_backup",
    projectId,
    options,
    steps: restoreSteps(options),
    idempotencyKey,
    keys,
    audit: {
      action: "restore.started",
      subject: { kind: "backup", id: options.backupId },
      details: { filename, ...options },
    },
  });
}

/** Starts the undo of a restore, in the transaction of whoever wants it. */
export function startUndo(
  tx: Tx,
  origin: Origin,
  { restoreJobId, projectId, idempotencyKey }: { restoreJobId: string; projectId: string; idempotencyKey?: string },
): Promise<StartedJob> {
  const options = { restoreJobId };
  return startJob(tx, origin, {
    kind: "undo_restore",
    projectId,
    options,
    steps: undoSteps,
    idempotencyKey,
    audit: {
      action: "restore.undo_started",
      subject: { kind: "job", id: restoreJobId },
    },
  });
}
