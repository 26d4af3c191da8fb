import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import type { SuppliedKeys } from "@/db/schema";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";
import { type VerifyOptions, verifySteps } from "@/jobs/verify-backup/options";

type Subject = { id: string; projectId: string; filename: string };

type Wanted = {
  backup: Subject;
  level: VerifyOptions["level"];
  idempotencyKey?: string;
  /** To open it with, beside those that the server keeps. */
  keys?: SuppliedKeys;
};

/** Starts the proof of a backup, in the transaction of whoever wants it. */
export function startVerification(
  tx: Tx,
  origin: Origin,
  { backup, level, idempotencyKey, keys }: Wanted,
): Promise<StartedJob> {
  return startJob(tx, origin, {
    kind: "verify_backup",
    projectId: backup.projectId,
    options: { backupId: backup.id, level, keysSupplied: keys && true } satisfies VerifyOptions,
    steps: verifySteps(level),
    idempotencyKey,
    keys,
    audit: {
      action: "backup.verification_started",
      subject: { kind: "backup", id: backup.id },
      details: { filename: backup.filename, level, keysSupplied: keys && true },
    },
  });
}
