import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import type { SuppliedKeys } from "@/db/schema";
import { type CloneOptions, cloneSteps } from "@/jobs/clone-project/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted = {
  options: CloneOptions;
  /** That the backup is of. */
  projectId: string;
  idempotencyKey?: string;
  /** To open it with, beside those that the server keeps. */
  keys?: SuppliedKeys;
};

/** Starts a clone, in the transaction of whoever wants it. */
export function startClone(
  tx: Tx,
  origin: Origin,
  { projectId, idempotencyKey, keys, ...wanted }: Wanted,
): Promise<StartedJob> {
  const options = { ...wanted.options, keysSupplied: keys && true } satisfies CloneOptions;
  return startJob(tx, origin, {
    kind: "clone_project",
    projectId,
    options,
    steps: cloneSteps,
    idempotencyKey,
    keys,
    audit: {
      action: "project.clone_started",
      subject: { kind: "backup", id: options.backupId },
      details: options,
    },
  });
}
