import type { Origin } from "@/db/audit";
import type { Tx } from "@/db/client";
import { type ImportOptions, importSteps } from "@/jobs/import-dump/options";
import { type StartedJob, startJob } from "@/jobs/lifecycle/start";

type Wanted = { options: ImportOptions; filename: string; idempotencyKey?: string };

/** Starts to make a project of an uploaded dump, in the transaction of whoever wants it. */
export function startImport(
  tx: Tx,
  origin: Origin,
  { options, filename, idempotencyKey }: Wanted,
): Promise<StartedJob> {
  return startJob(tx, origin, {
    kind: "import_dump",
    projectId: null,
    options,
    steps: importSteps,
    idempotencyKey,
    audit: {
      action: "dump.restore_started",
      subject: { kind: "dump", id: options.dumpId },
      details: { filename, ...options },
    },
  });
}
