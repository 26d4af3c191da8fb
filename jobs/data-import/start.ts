import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type CheckOptions, checkSteps, type ImportOptions, importSteps } from "@/jobs/data-import/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted<O> = { options: O; filename: string; projectId: string; idempotencyKey?: string };

/** Starts to look at what an import would do, in the transaction of whoever wants to know. */
export const startCheck = (tx: Tx, origin: Origin, wanted: Wanted<CheckOptions>): Promise<StartedJob> =>
  start(tx, origin, { ...wanted, kind: "check_import", steps: checkSteps, action: "data.check_started" });

/** Starts an import, in the transaction of whoever wants it. */
export const startImport = (tx: Tx, origin: Origin, wanted: Wanted<ImportOptions>): Promise<StartedJob> =>
  start(tx, origin, {
    ...wanted,
    kind: "import_data",
    steps: importSteps(wanted.options),
    action: "data.import_started",
  });

type Start = Wanted<CheckOptions | ImportOptions> &
  Pick<Parameters<typeof startJob>[2], "kind" | "steps"> & { action: string };

function start(tx: Tx, origin: Origin, { filename, action, ...job }: Start): Promise<StartedJob> {
  const { options, projectId } = job;
  const details = { filename, ...options };
  return startJob(tx, origin, { ...job, audit: { action, subject: { kind: "project", id: projectId }, details } });
}
