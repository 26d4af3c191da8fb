import { createHash } from "node:crypto";
import { mkdir, open, rename } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import type postgres from "postgres";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { dataExports } from "@/db/schema";
import { type DataExport, withDataExport } from "@/jobs/data/export";
import { dataExportOptions } from "@/jobs/data/options";
import { jobsEnv } from "@/jobs/env";
import { exportHours, exportPartPath, exportPath, removeAttempts } from "@/jobs/export-data/files";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { inSession } from "@/jobs/lifecycle/in-session";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { releaseAttempts, sampleDump } from "@/jobs/postgres/backend";
import { applicationName, connectTenant } from "@/jobs/postgres/connection";

/** Writes rows of a project into a file, in one snapshot, that can be downloaded for a day. */
export const exportData: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const options = dataExportOptions.parse(job.options);
  context.step("check");
  const { projectId, connection, ...project } = await loadSubject(job.projectId);
  const session = connectTenant(connection, applicationName(job.id, job.fence, "snapshot"));
  await using _ = { [Symbol.asyncDispose]: () => session.end({ timeout: 0 }) };
  signal.addEventListener("abort", () => session.end({ timeout: 0 }), { once: true });
  try {
    return await withDataExport(session, { project, options, now: context.now() }, async (opened) => {
      const tableCounts = await opened.counts();
      context.step("read");
      const written = await inSession({ context, connection }, (monitor) =>
        writeDown(context, { opened, tableCounts, monitor }),
      );
      signal.throwIfAborted();
      context.step("store");
      await rename(exportPartPath(job.id, job.fence), exportPath(job.id));
      const { filename, contentType } = opened;
      const expiresAt = sql`now() + make_interval(hours => ${exportHours})`;
      return async (tx: Tx) => {
        const row = { jobId: job.id, projectId, filename, contentType, tableCounts, ...written };
        await tx.insert(dataExports).values({ ...row, expiresAt });
      };
    });
  } catch (error) {
    signal.throwIfAborted();
    // What was asked for is not there any more.
    throw error instanceof AppError ? failed({ code: "schema_changed", message: error.message }) : error;
  }
}

type Writing = { opened: DataExport; tableCounts: Record<string, number>; monitor: postgres.Sql };

async function writeDown(context: RunContext, writing: Writing): Promise<{ sizeBytes: number; sha256: string }> {
  const { job, signal } = context;
  await mkdir(jobsEnv().EXPORT_DIR, { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const follow = followRows(context, writing, () => sizeBytes);
  const file = await open(exportPartPath(job.id, job.fence), "wx", 0o600);
  try {
    for await (const piece of writing.opened.pieces(follow.begin)) {
      signal.throwIfAborted();
      sizeBytes += piece.length;
      hash.update(piece);
      await file.writeFile(piece);
    }
    await file.sync();
    return { sizeBytes, sha256: hash.digest("hex") };
  } finally {
    await file.close();
    await follow.stop();
  }
}

const lookEvery = 500;

/** Reports how many of the counted rows have come out: those of tables that are over, and of the current one what PostgreSQL says. */
function followRows({ job, report }: RunContext, { tableCounts, monitor }: Writing, bytesDone: () => number) {
  const name = applicationName(job.id, job.fence, "snapshot");
  const total = Object.values(tableCounts).reduce((sum, rows) => sum + rows, 0);
  const tablesTotal = Object.keys(tableCounts).length;
  let rowsBefore = 0;
  let tablesDone = -1;
  let current: string | null = null;
  const stopping = new AbortController();
  const tell = (rows: number) => {
    const rowsDone = Math.min(total, rowsBefore + rows);
    const progressPercentage = Math.min(99, (100 * rowsDone) / Math.max(1, total));
    const currentStep = current === null ? "Reading rows" : `Reading ${current} (${tablesDone + 1} of ${tablesTotal})`;
    report({
      rowsDone,
      progressPercentage,
      bytesDone: bytesDone(),
      tablesDone,
      tablesTotal,
      currentTable: current,
      currentStep,
    });
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      await delay(lookEvery, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      // A look that fails says nothing of the export.
      const sample = await sampleDump(monitor, name).catch(() => null);
      if (sample && current !== null) tell(Math.min(sample.rows, tableCounts[current] ?? 0));
    }
  })();
  return {
    begin(table: string) {
      if (current !== null) rowsBefore += tableCounts[current] ?? 0;
      current = table;
      tablesDone += 1;
      tell(0);
    },
    async stop() {
      stopping.abort();
      await looking;
      report({ rowsDone: total, tablesDone: tablesTotal, tablesTotal, currentTable: null, bytesDone: bytesDone() });
    },
  };
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  await removeAttempts(job.id, upToFence);
  const filesRemovedAt = new Date();
  const { connection } = await loadSubject(job.projectId);
  return { backendEndedAt: await releaseAttempts(connection, job, upToFence), filesRemovedAt };
}
