import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import type { DataExportOptions } from "@/jobs/data/options";
import { exportDataSteps } from "@/jobs/export-data/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted = {
  projectId: string;
  options: DataExportOptions;
  /** What the audit is told of the options. */
  told: Record<string, unknown>;
  idempotencyKey?: string;
};

/** Starts an export of rows to a file, in the transaction of whoever wants it. */
export function startDataExport(tx: Tx, origin: Origin, wanted: Wanted): Promise<StartedJob> {
  const { projectId, options, told, idempotencyKey } = wanted;
  return startJob(tx, origin, {
    kind: "export_data",
    projectId,
    // As they come back from the table, where what is undefined is not there.
    options: JSON.parse(JSON.stringify(options)),
    steps: exportDataSteps,
    idempotencyKey,
    audit: { action: "data.export_started", subject: { kind: "project", id: projectId }, details: told },
  });
}
