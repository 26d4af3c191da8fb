import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type CheckOptions, checkSteps, type ImportOptions, importSteps } from "@/jobs/data-import/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted<O> = { options: O; filename: string; projectId: string; idempotencyKey?: string };

/** Starts to look at what an import would do, in the transaction of whoever wants to know. */
export function startCheck(tx: Tx, origin: Origin, wanted: Wanted<CheckOptions>): Promise<StartedJob> {
  const { options, projectId, idempotencyKey } = wanted;
  return startJob(tx, origin, {
    kind: "check_import",
    projectId,
    options,
    steps: checkSteps,
    idempotencyKey,
    audit: auditOf("data.check_started", wanted),
  });
}

/** Starts an import, in the transaction of whoever wants it. */
export function startImport(tx: Tx, origin: Origin, wanted: Wanted<ImportOptions>): Promise<StartedJob> {
  const { options, projectId, idempotencyKey } = wanted;
  return startJob(tx, origin, {
    kind: "import_data",
    projectId,
    options,
    steps: importSteps(options),
    idempotencyKey,
    audit: auditOf("data.import_started", wanted),
  });
}

const auditOf = (action: string, { options, filename, projectId }: Wanted<Record<string, unknown>>) => ({
  action,
  subject: { kind: "project" as const, id: projectId },
  details: { filename, ...options },
});
