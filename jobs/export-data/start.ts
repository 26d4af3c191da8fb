import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import type { DataExportOptions } from "@/jobs/data/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

const steps = [
  { name: "check", title: "Counting rows" },
  { name: "read", title: "Reading rows" },
  { name: "store", title: "Storing" },
];

type Wanted = { options: DataExportOptions; projectId: string; idempotencyKey?: string };

/** Starts an export of rows, in the transaction of whoever wants it. */
export function startDataExport(
  tx: Tx,
  origin: Origin,
  { options, projectId, idempotencyKey }: Wanted,
): Promise<StartedJob> {
  return startJob(tx, origin, {
    kind: "export_data",
    projectId,
    options,
    steps,
    idempotencyKey,
    audit: { action: "data.export_started", subject: { kind: "project", id: projectId }, details: options },
  });
}
