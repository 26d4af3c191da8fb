import type { Connection } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { passPointOfNoReturn } from "@/jobs/lifecycle/finish";
import { applicationName } from "@/jobs/postgres/connection";
import { replaceTables } from "@/jobs/restore-backup/replace-tables";
import { type Swap, swapSchemas } from "@/jobs/restore-backup/swap";
import { swapPatiently } from "@/jobs/restore-backup/swap-patiently";

type Names = Pick<Swap, "live" | "beside" | "kept"> & {
  connection: Connection;
  /** Only the rows of these. */
  tables?: string[];
};

const nobody = { bytesTotal: 0, rowsEstimate: null, tables: [], waiters: [], blockers: [], bytesWritten: 0 };

/** Swaps the schemas for a job, or the rows of some tables. The job tells who is in its way and cannot be cancelled from the moment of the swap on. */
export function swapInPlace(
  { job, signal, report }: RunContext,
  { connection, tables, ...names }: Names,
): Promise<{ hasKept: boolean }> {
  const patience = {
    connection,
    application: applicationName(job.id, job.fence, "monitor"),
    signal,
    waitSeconds: jobsEnv().RESTORE_LOCK_WAIT_SECONDS,
    onBlocked: (blockers: (typeof nobody)["blockers"]) => report({ progress: { ...nobody, blockers } }),
  };
  const swap = { ...names, mayCommit: () => passPointOfNoReturn(job) };
  return swapPatiently(patience, (sql) => (tables ? replaceTables(sql, { ...swap, tables }) : swapSchemas(sql, swap)));
}
