import path from "node:path";
import type { Tx } from "@/db/client";
import { type BackupType, backups } from "@/db/schema";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import { startCopies } from "@/jobs/backup-copy/start";
import { jobsEnv } from "@/jobs/env";
import { checkServer, checkSpace, diskFull, lastBackup, requireRecipients } from "@/jobs/export-backup/check";
import { checkDump } from "@/jobs/export-backup/check-dump";
import { cleanExport } from "@/jobs/export-backup/clean";
import { described } from "@/jobs/export-backup/described";
import { dumpSnapshot } from "@/jobs/export-backup/dump";
import { backupFilename, packageNames } from "@/jobs/export-backup/filename";
import { type Described, type DescribedFile, manifestOf } from "@/jobs/export-backup/manifest-of";
import { compressionOf, type ExportOptions, exportOptions } from "@/jobs/export-backup/options";
import { orderAmongHosts } from "@/jobs/export-backup/order-among-hosts";
import { typeOf } from "@/jobs/export-backup/type";
import { dumpFrom, dumpTo } from "@/jobs/export-backup/watch";
import { homeFolder } from "@/jobs/home/folder";
import type { Home, Staged } from "@/jobs/home/home";
import { numbered } from "@/jobs/home/write";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failureOf } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { pack } from "@/jobs/package/pack";
import { applicationName } from "@/jobs/postgres/connection";
import { ownSession } from "@/jobs/postgres/own-session";
import { requireTool } from "@/jobs/postgres/require-tool";
import { openSnapshot } from "@/jobs/postgres/snapshot";
import { startVerification } from "@/jobs/verify-backup/start";

/** Check, snapshot, dump, verify, store, list: the last one in the transaction that completes the job. */
export const exportBackup: JobHandler = { run, clean: cleanExport };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job } = context;
  const options = exportOptions.parse(job.options);
  const list = await makeBackup(context, { options, type: typeOf(job) });
  return async (tx) => {
    const backup = await list(tx);
    const origin = await originOf(tx, job);
    await startCopies(tx, origin, { backup, destinationIds: options.destinations });
    if (options.verify !== "none") await startVerification(tx, origin, { backup, level: options.verify });
  };
}

type Wanted = { options: ExportOptions; type: BackupType };

/**
 * Dumps the job's project into a file in its place, and gives the write that lists it. Tells its steps by the names of
 * `exportSteps`. What it leaves when it fails, or when nobody lists it, `cleanExport` removes.
 */
export async function makeBackup(
  context: RunContext,
  { options, type }: Wanted,
): Promise<(tx: Tx) => Promise<typeof backups.$inferSelect>> {
  const { job, signal } = context;
  const home = homeFolder(jobsEnv().BACKUP_DIR);

  context.step("check");
  const subject = await loadSubject(job.projectId);
  signal.throwIfAborted();
  const session = await ownSession(subject.connection, applicationName(job.id, job.fence, "snapshot"));
  await using _ = { [Symbol.asyncDispose]: session.end };
  // Whatever it waits for, a lock above all, it waits no longer once the job has to end.
  signal.addEventListener("abort", session.end, { once: true });
  signal.throwIfAborted();
  const server = await checkServer(session.sql, subject.schema, jobsEnv().EXPORT_LOCK_WAIT_SECONDS);
  const { path: pgRestore } = await requireTool("pg_restore", server.major);
  const recipients = options.encrypt ? await requireRecipients() : [];
  const last = await lastBackup(subject.projectId, options.format);
  const homeId = await home.id();
  const place = { homeId, order: await orderAmongHosts(job, homeId) };
  const compressed = compressionOf(options) !== "none";
  checkSpace(await home.freeBytes(), { last, schemaBytes: server.schemaBytes, compressed });
  signal.throwIfAborted();

  context.step("snapshot");
  const snapshot = await openSnapshot(session.sql, subject.schema);

  context.step("dump");
  context.report({ progressPercentage: dumpFrom });
  await using staged = await home.stage({ jobId: job.id, fence: job.fence });
  await using check = checkDump({ options, subject, snapshot, staged, reader: { path: pgRestore, signal } });
  const encryption = check.inspect ? { recipients, inspect: check.inspect } : undefined;
  const plan = { context, options, subject, server, last, snapshot, staged, encryption };
  const explain = (error: unknown) => explainFullDisk(error, { home, last, schemaBytes: server.schemaBytes });
  const dumped = await dumpSnapshot(plan).catch(explain);
  // Nobody waits for our locks any longer than they must.
  await session.giveBack(snapshot.inventory.tables.length);

  context.step("verify");
  context.report({ progressPercentage: dumpTo, etaSeconds: 1 });
  await check.end();
  signal.throwIfAborted();

  const finished = { context, job, options, type, subject, server, snapshot, place, staged, dumped };
  const file = await finishFile(finished).catch(explain);

  context.step("store");
  context.report({ progressPercentage: 98 });
  return await publish(finished, file);
}

type Place = { homeId: string | null; order: number };
type Finished = Described & Wanted & { context: RunContext; place: Place; staged: Staged };
type File = Omit<DescribedFile, "name">;

/** Makes the package, if it is to be one. Gives what the file has become. */
async function finishFile(finished: Finished): Promise<File> {
  const { context, job, options, subject, staged, dumped } = finished;
  const { sizeBytes, sha256, compression } = dumped;
  if (options.format !== "package") return { format: options.format, sizeBytes, sha256, dump: null };
  context.step("package");
  const { folder, dump: name } = packageNames(subject.slug, job.createdAt, { ...options, compression });
  const dump = { name, sizeBytes, sha256 };
  const manifest = manifestOf(finished, { ...dump, format: dumpFormatOf(options.format), dump: null });
  return { format: options.format, dump, ...(await pack(staged, { folder, manifest, signal: context.signal })) };
}

/** Makes the file visible, and gives the write that lists it. Between the two a crash leaves a file whose sidecar names its job. */
async function publish(finished: Finished, file: File): ReturnType<typeof makeBackup> {
  const { context, job, options, type, subject, place, staged, dumped } = finished;
  const name = backupFilename(subject.slug, job.createdAt, { ...options, compression: dumped.compression });
  const wanted = path.posix.join(subject.slug, options.storagePath ?? "", name);
  const manifestAt = (given: string) => manifestOf(finished, { ...file, name: path.posix.basename(given) });
  const storagePath = await staged.publish(numbered(wanted, 1 + place.order), (given) =>
    JSON.stringify(manifestAt(given), null, 2),
  );
  context.step("finish");
  const manifest = manifestAt(storagePath);
  return async (tx) => {
    const row = {
      projectId: subject.projectId,
      jobId: job.id,
      createdBy: job.userId,
      scheduleId: job.scheduleId,
      type,
      homeId: place.homeId,
      ...described(manifest, storagePath),
      durationMs: Math.max(0, context.now().getTime() - (job.startedAt ?? job.createdAt).getTime()),
      description: options.description,
      tags: options.tags,
    };
    const [backup] = await tx.insert(backups).values(row).returning();
    if (!backup) throw new Error("an insert gave no row");
    return backup;
  };
}

async function explainFullDisk(
  error: unknown,
  at: { home: Home; last: { sizeBytes: number } | null; schemaBytes: number },
): Promise<never> {
  if (failureOf(error).code !== "disk_full") throw error;
  throw diskFull(at.last?.sizeBytes ?? at.schemaBytes * 0.4, await at.home.freeBytes());
}
