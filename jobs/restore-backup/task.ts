import { eq, sql } from "drizzle-orm";
import type postgres from "postgres";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { restores } from "@/db/schema";
import type { Manifest } from "@/jobs/archive/manifest";
import { openArchive } from "@/jobs/archive/open";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { leavePointOfNoReturn } from "@/jobs/lifecycle/finish";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject, type Subject } from "@/jobs/lifecycle/subject";
import { applicationName, connectTenant } from "@/jobs/postgres/connection";
import { requireTool } from "@/jobs/postgres/require-tool";
import { serverMajor } from "@/jobs/postgres/server-major";
import { analyze } from "@/jobs/restore-backup/analyze";
import { restoreBeside } from "@/jobs/restore-backup/beside";
import { cleanRestore } from "@/jobs/restore-backup/clean";
import { hasSchema } from "@/jobs/restore-backup/has-schema";
import { type Journal, note, openJournal } from "@/jobs/restore-backup/journal";
import { asideSchema, besideSchema, keptSchema } from "@/jobs/restore-backup/names";
import { type RestoreOptions, restoreOptions } from "@/jobs/restore-backup/options";
import { firstStop, preflight } from "@/jobs/restore-backup/preflight";
import { byteMeter, within } from "@/jobs/restore-backup/progress";
import { makeSafetyBackup } from "@/jobs/restore-backup/safety";
import { swapInPlace } from "@/jobs/restore-backup/swap-in-place";
import { type Claimed, checkArchive, checkSum } from "@/jobs/verify-backup/archive";
import { loadClaim } from "@/jobs/verify-backup/claim";
import { type Proof, prove } from "@/jobs/verify-backup/proof";

/**
 * Brings a backup back in place of the project's schema: look, read, back up what is there, restore beside, compare, swap. Until the swap
 * the live schema is untouched; the swap is one transaction; after it the job can only end well.
 */
export const restoreBackup: JobHandler = { run, clean: cleanRestore };

type Restoring = {
  context: RunContext;
  options: RestoreOptions;
  subject: Subject;
  claimed: Claimed;
  manifest: Manifest;
  journal: Journal;
  tools: { psql: string; pgRestore: string };
};

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const options = restoreOptions.parse(job.options);
  context.step("check");
  const subject = await loadSubject(job.projectId);
  const { projectId } = job;
  const begin = { jobId: job.id, projectId, schemaName: subject.schema, databaseId: subject.databaseId };
  const journal = await openJournal(job, { ...begin, backupId: options.backupId });
  if (await hasSchema(subject.connection, keptSchema(job.id)))
    return finished({ job, options, subject, hasKept: true });
  await leavePointOfNoReturn(job);

  const { claimed, manifest } = await loadClaim(options.backupId);
  const major = Math.max(await serverMajor(subject.connection), Number(manifest.clientVersion));
  const [psql, pgRestore] = await Promise.all([requireTool("psql", major), requireTool("pg_restore", major)]);
  const tools = { psql: psql.path, pgRestore: pgRestore.path };
  const restoring = { context, options, subject, claimed, manifest, journal, tools };
  await lookAhead(restoring);
  context.step("read");
  await readFirst(restoring);
  const exists = await hasSchema(subject.connection, subject.schema);
  if (options.createSafetyBackup && exists && journal.safetyBackupId === null) {
    context.step("safety");
    const encrypt = claimed.archive.encryption !== null;
    await makeSafetyBackup(within(context, "safety"), { encrypt, pgRestore: tools.pgRestore });
  }
  context.step("restore");
  await restore(restoring);
  context.step("compare");
  await compare(restoring);
  signal.throwIfAborted();
  context.step("swap");
  const { hasKept } = await swap(restoring);
  return finished({ job, options, subject, hasKept });
}

const sessionName = ({ id, fence }: ClaimedJob) => applicationName(id, fence, "monitor");

/** A session of the job's own, which ends with the work or with the job. */
async function inSession<T>({ context, subject }: Restoring, work: (session: postgres.Sql) => Promise<T>): Promise<T> {
  const { job, signal } = context;
  const session = connectTenant(subject.connection, sessionName(job));
  const stop = () => void session.end({ timeout: 0 });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(session);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await session.end({ timeout: 0 });
  }
}

async function lookAhead(restoring: Restoring): Promise<void> {
  const { context, manifest, subject } = restoring;
  const report = await inSession(restoring, (session) => preflight(session, { manifest, schema: subject.schema }));
  await note(context.job, { report });
  const stop = firstStop(report);
  if (!stop) return;
  const items = stop.items.length > 0 ? ` ${stop.items.join("; ")}.` : "";
  throw failed({ code: "restore_refused", message: `${stop.detail}${items}`, hint: "The live schema is as it was." });
}

/** A damaged file is refused before any of it gets near the server. */
async function readFirst({ context, options, claimed, tools }: Restoring): Promise<void> {
  const { signal } = context;
  const onBytes = byteMeter(within(context, "read"), claimed.sizeBytes + claimed.originalBytes);
  const reading = { pgRestore: tools.pgRestore, signal, onBytes };
  const checks = options.verifyFirst
    ? (await checkArchive(claimed, reading)).checks
    : [await checkSum(claimed, reading)];
  signal.throwIfAborted();
  const wrong = checks.find(({ result }) => result === "failed");
  if (wrong)
    throw failed({
      code: "corrupt",
      message: wrong.detail,
      hint: "Nothing was restored, and the live schema is as it was. Restore another backup.",
    });
}

async function restore({ context, subject, claimed, manifest, tools }: Restoring): Promise<void> {
  const { job, signal } = context;
  const { connection } = subject;
  const made = manifest.project.schema;
  const inner = within(context, "restore");
  const onBytes = byteMeter(inner, claimed.originalBytes);
  async function* plain() {
    for await (const chunk of openArchive(claimed.archive)) {
      onBytes(chunk.length);
      yield chunk;
    }
  }
  await restoreBeside(plain(), {
    made,
    beside: besideSchema(job.id, job.fence),
    aside: (await hasSchema(connection, made)) ? asideSchema(job.id) : null,
    format: claimed.format,
    connection,
    application: applicationName(job.id, job.fence),
    tools,
    signal,
    onTable: (currentTable) => inner.report({ currentTable }),
  });
}

async function compare(restoring: Restoring): Promise<void> {
  const { context, manifest } = restoring;
  const { job } = context;
  const schema = besideSchema(job.id, job.fence);
  const proof = await inSession(restoring, async (session) => {
    await analyze(session, schema);
    return prove(session, { ...manifest, project: { ...manifest.project, schema } });
  });
  await note(job, { restored: { proof, complaint: null, missing: [] } });
  if (proof.isProven) return;
  throw failed({
    code: "restore_failed",
    message: `What was restored is not what was backed up: ${differences(proof)}.`,
    hint: "The live schema is as it was. Verify the backup by restore to see every table.",
  });
}

/** The first few, by name. */
function differences({ tables, sequences }: Proof): string {
  const wrong = [...tables, ...sequences].filter(({ verdict }) => !/^(rows )?equal$/.test(verdict));
  const some = wrong.slice(0, 5).map(({ name, verdict }) => `${name} (${verdict})`);
  return some.join(", ") + (wrong.length > some.length ? ` and ${wrong.length - some.length} more` : "");
}

async function swap({ context, subject }: Restoring): Promise<{ hasKept: boolean }> {
  const { job } = context;
  const kept = keptSchema(job.id);
  try {
    const beside = besideSchema(job.id, job.fence);
    return await swapInPlace(context, { connection: subject.connection, live: subject.schema, beside, kept });
  } catch (error) {
    // The connection may have been lost just after the server had committed.
    if (isConnectionLoss(error) && (await hasSchema(subject.connection, kept))) return { hasKept: true };
    throw error;
  }
}

type Finished = { job: ClaimedJob; options: RestoreOptions; subject: Subject; hasKept: boolean };

/** What the transaction that completes the job writes. */
function finished({ job, options, subject, hasKept }: Finished): (tx: Tx) => Promise<void> {
  const kept = hasKept
    ? { keptSchema: keptSchema(job.id), keptUntil: sql`now() + make_interval(hours => ${options.keepHours})` }
    : {};
  return async (tx) => {
    const swappedAt = sql`now()`;
    await tx
      .update(restores)
      .set({ swappedAt, ...kept })
      .where(eq(restores.jobId, job.id));
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.restored",
      subject: { kind: "backup", id: options.backupId },
      projectId: job.projectId,
      details: { jobId: job.id, schema: subject.schema },
    });
  };
}
