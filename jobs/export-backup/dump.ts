import type { BackupCompression } from "@/db/schema";
import { compressorFor } from "@/jobs/archive/compressor";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import type { Encryption } from "@/jobs/archive/manifest";
import { type Sealed, type SealOptions, type Sink, seal } from "@/jobs/archive/seal";
import { jobsEnv } from "@/jobs/env";
import type { LastBackup, Server } from "@/jobs/export-backup/check";
import { followDump } from "@/jobs/export-backup/estimate";
import { compressionOf, type ExportOptions } from "@/jobs/export-backup/options";
import { watchDump } from "@/jobs/export-backup/watch";
import type { Staged } from "@/jobs/home/home";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import type { Subject } from "@/jobs/lifecycle/subject";
import { reserveDump } from "@/jobs/package/pack";
import { applicationName, connectTenant, toolConnection } from "@/jobs/postgres/connection";
import { dumpFailure, pgDumpArgs } from "@/jobs/postgres/pg-dump";
import { requireTool } from "@/jobs/postgres/require-tool";
import type { SequenceValue } from "@/jobs/postgres/sequence";
import type { Snapshot } from "@/jobs/postgres/snapshot";

export type DumpPlan = {
  context: RunContext;
  options: ExportOptions;
  subject: Subject;
  server: Server;
  last: LastBackup | null;
  snapshot: Snapshot;
  staged: Staged;
  encryption: SealOptions["encryption"];
};

export type Dumped = Sealed & {
  compression: BackupCompression;
  encryption: Encryption | null;
  clientMajor: number;
  /** By the table's oid: rows counted in the snapshot, bytes of COPY text, fingerprint if it was asked for. */
  measured: Map<number, { bytes: number; rows: number; fingerprint: string | null }>;
  sequencesAfter: SequenceValue[];
};

/** Dumps the snapshot into the staged file, watched, and counts every table's rows in the same snapshot meanwhile. */
export async function dumpSnapshot(plan: DumpPlan): Promise<Dumped> {
  const { context, subject, snapshot, last } = plan;
  const { job } = context;
  const { EXPORT_STALL_SECONDS, EXPORT_BUDGET_SECONDS } = jobsEnv();
  const dumpName = applicationName(job.id, job.fence);
  const follow = followDump(snapshot.inventory.tables, (name) => last?.tableBytes.get(name));
  const ending = new AbortController();
  const fail = (cause: unknown) => ending.abort(cause);
  const budget = setTimeout(
    () =>
      fail(
        failed({
          code: "timed_out",
          message: `The dump took longer than the ${EXPORT_BUDGET_SECONDS} seconds that it may take.`,
        }),
      ),
    EXPORT_BUDGET_SECONDS * 1000,
  );
  let written = 0;
  const monitor = connectTenant(subject.connection, applicationName(job.id, job.fence, "monitor"));
  const watch = watchDump({
    sql: monitor,
    dumpName,
    snapshotPid: snapshot.pid,
    follow,
    bytesWritten: () => written,
    stallSeconds: EXPORT_STALL_SECONDS,
    report: context.report,
    fail,
  });
  const fingerprints = new Map<number, string | null>();
  const counting = snapshot.countRows(
    (table, { rows, fingerprint }) => {
      follow.counted(table.oid, rows);
      fingerprints.set(table.oid, fingerprint);
    },
    { fingerprint: plan.options.fingerprint || plan.options.verify === "restore" },
  );
  // A count that fails (a permission, a lost connection) ends the dump: without it there would be nothing to prove.
  counting.catch(fail);
  try {
    const sealed = await runDump(plan, {
      dumpName,
      signal: AbortSignal.any([context.signal, ending.signal]),
      onBytes: (bytes) => (written += bytes),
      estimate: () => follow.view().bytesTotal,
    });
    await counting;
    follow.finish();
    const measured = follow.measured();
    return {
      ...sealed,
      measured: new Map([...measured].map(([oid, of]) => [oid, { ...of, fingerprint: fingerprints.get(oid) ?? null }])),
      sequencesAfter: await snapshot.sequencesNow(),
    };
  } catch (error) {
    const cause = ending.signal.aborted ? ending.signal.reason : error;
    // The count would go on to its end otherwise. That it fails now is no cause of anything.
    await snapshot.close();
    context.signal.throwIfAborted();
    throw cause;
  } finally {
    clearTimeout(budget);
    // A look at a server that does not answer any more would never come to its end.
    await Promise.all([watch.stop(), monitor.end({ timeout: 0 })]);
    await Promise.allSettled([counting]);
  }
}

type Run = { dumpName: string; signal: AbortSignal; onBytes(bytes: number): void; estimate(): number };

async function runDump(plan: DumpPlan, { dumpName, ...run }: Run) {
  const { options, subject, server, snapshot, encryption } = plan;
  const tool = await requireTool("pg_dump", server.major);
  const compression = compressionOf(options);
  const args = pgDumpArgs({
    schema: subject.schema,
    serverEncoding: server.encoding,
    format: dumpFormatOf(options.format),
    snapshot: snapshot.name,
    lockWaitSeconds: jobsEnv().EXPORT_LOCK_WAIT_SECONDS,
  });
  // In an archive of its own format that is a file, pg_dump goes back at the end to note where each table begins.
  const goesBack = options.format === "custom" && compression === "none";
  const sealed = await seal({
    producer: { path: tool.path, args, ...toolConnection(subject.connection, dumpName), goesBack },
    compression,
    compressor: compressorFor(compression, server.schemaBytes),
    sink: await sinkOf(plan),
    encryption,
    explain: (ending) => failed(dumpFailure(ending)),
    ...run,
  });
  const lock = encryption ? { format: "age" as const, recipients: encryption.recipients } : null;
  return { ...sealed, compression, encryption: lock, clientMajor: tool.major };
}

/** Where the dump goes: into the file, or into its place in a package. */
async function sinkOf({ options, staged }: DumpPlan): Promise<Sink> {
  if (options.format !== "package") return staged;
  const { write, file } = await reserveDump(staged);
  // Into a file it would note where each table begins, counted from the start of the package: so this goes through a pipe.
  return compressionOf(options) === "none" ? { write } : { write, file };
}
