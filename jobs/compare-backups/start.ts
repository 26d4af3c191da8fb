import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type CompareOptions, compareSteps } from "@/jobs/compare-backups/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted = {
  backup: { id: string; projectId: string; filename: string };
  options: CompareOptions;
  idempotencyKey?: string;
};

/** Starts a comparison of rows, in the transaction of whoever wants it. */
export function startComparison(tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> {
  const { backup, options, idempotencyKey } = wanted;
  return startJob(tx, origin, {
    kind: "compare_backups",
    projectId: backup.projectId,
    options,
    steps: compareSteps,
    idempotencyKey,
    audit: {
      action: "backup.comparison_started",
      subject: { kind: "backup", id: backup.id },
      details: { filename: backup.filename, otherId: options.otherId, tables: options.tables },
    },
  });
}
