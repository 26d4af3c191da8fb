import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { type Connection, dumps, jobs } from "@/db/schema";
import { announceSchema, placeProject, requireFree } from "@/jobs/clone-project/new-project";
import { cleanImport } from "@/jobs/import-dump/clean";
import { dumpPath, removeDump } from "@/jobs/import-dump/files";
import { restrictingPsql, safePgRestore } from "@/jobs/import-dump/floor";
import { inspectMade } from "@/jobs/import-dump/inspect";
import { doorSchema, importRole } from "@/jobs/import-dump/names";
import { type ImportOptions, importOptions } from "@/jobs/import-dump/options";
import { readDump } from "@/jobs/import-dump/read-dump";
import { type Recognised, recognise } from "@/jobs/import-dump/recognise";
import { makeRole, type RoleNames, requireRoleMaker, retireRole } from "@/jobs/import-dump/role";
import { runDump } from "@/jobs/import-dump/run-dump";
import { type Survey, survey } from "@/jobs/import-dump/survey";
import { loadTarget } from "@/jobs/import-dump/target";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { inSession } from "@/jobs/lifecycle/in-session";
import { originOf } from "@/jobs/lifecycle/origin";
import { applicationName } from "@/jobs/postgres/connection";
import { analyze } from "@/jobs/restore-backup/analyze";
import { hasSchema } from "@/jobs/restore-backup/has-schema";
import { asideSchema, besideSchema } from "@/jobs/restore-backup/names";

/**
 * Makes a project of a dump that somebody has uploaded: recognise, read and judge all of it, restore it as a role without
 * rights beside everything else, look at what came of it, and only then let it be the database user's.
 */
export const importDump: JobHandler = { run, clean: cleanImport };

type Importing = {
  context: RunContext;
  options: ImportOptions;
  connection: Connection;
  recognised: Recognised;
  tools: { psql: string; pgRestore: string };
};

type Found = Survey & { scriptBytes: number };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  context.step("check");
  const importing = await check(context);
  context.step("read");
  const found = await read(importing);
  signal.throwIfAborted();
  context.step("restore");
  await restore(importing, found);
  signal.throwIfAborted();
  context.step("place");
  await announceSchema(job, importing.connection, besideSchema(job.id, job.fence));
  return place(job, importing, found);
}

async function check(context: RunContext): Promise<Importing> {
  const { job } = context;
  const options = importOptions.parse(job.options);
  const target = await loadTarget(job);
  if (!target) throw failed({ code: "restore_refused", message: "The target database is not registered any more." });
  const { connection } = target;
  const [dump] = await db.select().from(dumps).where(eq(dumps.id, options.dumpId));
  if (!dump)
    throw failed({
      code: "backup_gone",
      message: "The uploaded file is not there any more.",
      hint: "Upload it again.",
    });
  await requireFree(connection, options);
  await inSession({ context, connection }, requireRoleMaker);
  const recognised = await recognise(dumpPath(dump.id));
  const pgRestore = recognised.format === "sql" ? "" : await safePgRestore();
  return { context, options, connection, recognised, tools: { psql: await restrictingPsql(), pgRestore } };
}

/** A script that is read twice: nobody knows how much is to come before the first time is over. */
function scriptOf({ context, recognised, tools }: Importing, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  return readDump(recognised, { pgRestore: tools.pgRestore, signal: context.signal, onBytes });
}

async function read(importing: Importing): Promise<Found> {
  const { context, options } = importing;
  let scriptBytes = 0;
  const script = scriptOf(importing, (bytes) => {
    scriptBytes += bytes;
    context.report({ bytesDone: scriptBytes });
  });
  const found = await survey(script, options);
  context.report({ tablesTotal: found.tables, progressPercentage: 25 });
  return { ...found, scriptBytes };
}

const namesOf = ({ id, fence }: ClaimedJob): RoleNames => ({
  role: importRole(id, fence),
  door: doorSchema(id, fence),
  beside: besideSchema(id, fence),
});

async function restore(importing: Importing, { schema: made, scriptBytes }: Found): Promise<void> {
  const { context, options, connection, tools } = importing;
  const { job, signal } = context;
  const names = namesOf(job);
  const aside = (await hasSchema(connection, made)) ? asideSchema(job.id) : null;
  const exchange = { made, aside };
  const keys = await inSession(importing, (session) => makeRole(session, names, exchange));
  let tablesDone = -1;
  let bytesDone = 0;
  const script = scriptOf(importing, (bytes) => {
    bytesDone += bytes;
    context.report({ bytesDone, progressPercentage: 25 + 70 * Math.min(1, bytesDone / Math.max(1, scriptBytes)) });
  });
  await runDump(script, {
    connection,
    application: applicationName(job.id, job.fence),
    names,
    exchange,
    keys,
    psql: tools.psql,
    allowFunctions: options.allowFunctions,
    signal,
    onTable: (currentTable) => context.report({ currentTable, tablesDone: ++tablesDone }),
  });
  await inSession(importing, async (session) => {
    await inspectMade(session, names);
    // While the tables are still the role's, so is whatever code this runs.
    await analyze(session, names.beside);
    await retireRole(session, names);
  });
}

function place(job: ClaimedJob, { options, connection }: Importing, found: Found): (tx: Tx) => Promise<void> {
  const { slug, name, schemaName, databaseId, dumpId } = options;
  const { tables, rows } = found;
  return async (tx) => {
    const tell = async (projectId: string) => {
      await tx.update(jobs).set({ projectId, tablesDone: tables, rowsDone: rows }).where(eq(jobs.id, job.id));
      await recordAudit(tx, await originOf(tx, job), {
        action: "dump.restored",
        subject: { kind: "project", id: projectId },
        projectId,
        details: { jobId: job.id, dumpId, slug, schema: schemaName, from: found.schema },
      });
      await tx.delete(dumps).where(eq(dumps.id, dumpId));
    };
    const beside = besideSchema(job.id, job.fence);
    await placeProject(tx, { slug, name, schemaName, databaseId }, { connection, beside, tell });
    // What cannot be removed now has no row any more, and is swept.
    await removeDump(dumpId).catch(() => {});
  };
}
