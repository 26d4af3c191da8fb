import { type Origin, recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type CloneOptions, cloneSteps } from "@/jobs/clone-project/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted = {
  options: CloneOptions;
  /** That the backup is of. */
  projectId: string;
  idempotencyKey?: string;
};

/** Starts a clone, in the transaction of whoever wants it. */
export async function startClone(
  tx: Tx,
  origin: Origin,
  { options, projectId, idempotencyKey }: Wanted,
): Promise<StartedJob> {
  const job = await startJob(tx, origin, {
    kind: "clone_project",
    projectId,
    options,
    steps: cloneSteps,
    idempotencyKey,
  });
  if (job.isNew)
    await recordAudit(tx, origin, {
      action: "project.clone_started",
      subject: { kind: "backup", id: options.backupId },
      projectId,
      details: { jobId: job.id, ...options },
    });
  return job;
}
