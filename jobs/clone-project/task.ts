import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import { db, type Tx } from "@/db/client";
import { type Connection, databases } from "@/db/schema";
import { announceSchema, dropHomeless, placeProject, requireFree } from "@/jobs/clone-project/new-project";
import { type CloneOptions, cloneOptions } from "@/jobs/clone-project/options";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { releaseAttempts } from "@/jobs/postgres/backend";
import { besideOf, bring, compare, loadBringing, lookAhead, readFirst } from "@/jobs/restore-backup/bring";
import { dropBeside } from "@/jobs/restore-backup/drop-beside";

/** Restores a backup as a new project: look, read, restore, compare; the project is there once its schema is whole. */
export const cloneProject: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const options = cloneOptions.parse(job.options);
  const { schemaName, backupId, structureOnly } = options;
  context.step("check");
  const target = await loadTarget(job, options);
  const { connection } = target;
  await requireFree(connection, { ...options, databaseId: target.databaseId });
  const bringing = await loadBringing(context, connection, backupId);
  await lookAhead(bringing, { schema: schemaName }, async () => {});
  context.step("read");
  await readFirst(bringing, true);
  context.step("restore");
  // Elsewhere the roles of the grants may mean somebody else, or nobody.
  const analyzed = await bring(bringing, { structureOnly, withoutOwners: !target.isSameDatabase });
  context.step("compare");
  await compare(bringing, { structureOnly, analyzed }, async () => {});
  signal.throwIfAborted();
  context.step("place");
  const beside = besideOf(bringing);
  await announceSchema(job, connection, beside);
  return place(job, { options, target, beside });
}

type Target = { databaseId: string; connection: Connection; isSameDatabase: boolean };

async function loadTarget(job: ClaimedJob, { databaseId }: CloneOptions): Promise<Target> {
  const source = await loadSubject(job.projectId);
  if (databaseId === undefined || databaseId === source.databaseId)
    return { databaseId: source.databaseId, connection: source.connection, isSameDatabase: true };
  const [database] = await db.select().from(databases).where(eq(databases.id, databaseId));
  if (!database) throw failed({ code: "restore_refused", message: "The target database is not registered any more." });
  return { databaseId, connection: database.connection, isSameDatabase: false };
}

type Placing = { options: CloneOptions; target: Target; beside: string };

function place(job: ClaimedJob, { options, target, beside }: Placing): (tx: Tx) => Promise<void> {
  const { slug, name, schemaName, backupId } = options;
  const { databaseId, connection } = target;
  return async (tx) => {
    const tell = async (projectId: string) =>
      recordAudit(tx, await originOf(tx, job), {
        action: "project.cloned",
        subject: { kind: "project", id: projectId },
        projectId,
        details: { jobId: job.id, backupId, slug, schema: schemaName },
      });
    await placeProject(tx, { slug, name, schemaName, databaseId }, { connection, beside, tell });
  };
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const options = cloneOptions.parse(job.options);
  const { connection } = await loadTarget(job, options);
  const backendEndedAt = await releaseAttempts(connection, job, upToFence);
  await dropHomeless(job, connection, options.schemaName);
  await dropBeside(connection, job.id, upToFence);
  return { backendEndedAt, filesRemovedAt: new Date() };
}
