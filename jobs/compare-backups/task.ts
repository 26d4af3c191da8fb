import { eq } from "drizzle-orm";
import { recordAudit } from "@/db/audit";
import type { Tx } from "@/db/client";
import { backups, comparisons, type RowDifference } from "@/db/schema";
import type { StoredDump } from "@/jobs/archive/dump-script";
import { bringHome } from "@/jobs/backup-copy/bring-home";
import type { Definitions } from "@/jobs/browse/definitions";
import { readDefinitions } from "@/jobs/browse/dump";
import { compareRows, type Scratch } from "@/jobs/compare-backups/compare-rows";
import { compareOptions } from "@/jobs/compare-backups/options";
import { backupRows, keyOf, liveRows, type OpenRows } from "@/jobs/compare-backups/side";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned, JobHandler, RunContext } from "@/jobs/lifecycle/execute";
import { inSession } from "@/jobs/lifecycle/in-session";
import { originOf } from "@/jobs/lifecycle/origin";
import { loadSubject, type Subject } from "@/jobs/lifecycle/subject";
import { applicationName, type connectTenant } from "@/jobs/postgres/connection";
import { requireTool } from "@/jobs/postgres/require-tool";
import { cleanScratch } from "@/jobs/scratch/clean";
import { createScratch, dropScratch, scratchName } from "@/jobs/scratch/database";
import { loadClaim } from "@/jobs/verify-backup/claim";

/** Compares the rows of chosen tables of a backup with those of another one, or of the live schema, and keeps what it found. */
export const compareBackups: JobHandler = { run, clean };

async function run(context: RunContext): Promise<(tx: Tx) => Promise<void>> {
  const { job, signal } = context;
  const { backupId, otherId, tables } = compareOptions.parse(job.options);
  context.step("prepare");
  const subject = await loadSubject(job.projectId);
  for (const id of [backupId, otherId]) if (id !== null) await bringHome(context, id);
  const before = await backupSide(backupId, signal);
  const after = otherId === null ? await liveSide(subject, context) : await backupSide(otherId, signal);
  const found = await withScratch({ subject, context, bytes: before.bytesOf(tables) }, async (scratch) => {
    context.step("read");
    const all: RowDifference[] = [];
    for (const table of tables) {
      signal.throwIfAborted();
      context.report({ currentTable: table, tablesDone: all.length, tablesTotal: tables.length });
      const key = keyOf(before.definitions, table);
      await using was = await before.open(table);
      await using is = await after.open(table);
      all.push(await compareRows({ before: was, after: is }, { table, key }, scratch));
    }
    context.report({ currentTable: null, tablesDone: all.length });
    return all;
  });
  return async (tx) => {
    const [still] = await tx.select({ filename: backups.filename }).from(backups).where(eq(backups.id, backupId));
    // It was deleted meanwhile: nobody can look at it any more.
    if (!still) return;
    await tx.insert(comparisons).values({ backupId, otherId, jobId: job.id, tables: found });
    await recordAudit(tx, await originOf(tx, job), {
      action: "backup.compared",
      subject: { kind: "backup", id: backupId },
      projectId: job.projectId,
      details: { filename: still.filename, otherId, tables },
    });
  };
}

type BackupSide = { definitions: Definitions; open: OpenRows; bytesOf(tables: string[]): number };

async function backupSide(id: string, signal: AbortSignal): Promise<BackupSide> {
  const { claimed, manifest } = await loadClaim(id);
  const { path: pgRestore } = await requireTool("pg_restore", Number(manifest.clientVersion));
  const dump: StoredDump = { archive: claimed.archive, format: claimed.format, pgRestore, signal };
  const definitions = await readDefinitions(dump);
  return {
    definitions,
    open: backupRows(dump, definitions),
    bytesOf: (tables) => manifest.tables.reduce((sum, { name, bytes }) => sum + (tables.includes(name) ? bytes : 0), 0),
  };
}

function liveSide({ connection, schema }: Subject, context: RunContext): Promise<{ open: OpenRows }> {
  const { job, signal } = context;
  return inSession({ context, connection }, async (session) => {
    const rows = await session<{ table: string; columns: string[] }[]>`
      select relname as table, coalesce(json_agg(attname order by attnum) filter (where attname is not null), '[]') as columns
      from pg_class c join pg_namespace n on n.oid = relnamespace
      left join pg_attribute on attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = ''
      where nspname = ${schema} and relkind = 'r' group by c.oid, relname`;
    const columns = new Map(rows.map(({ table, columns: names }) => [table, names]));
    const { path: psql } = await psqlFor(session);
    return {
      open: liveRows({ connection, schema, columns, application: applicationName(job.id, job.fence), psql, signal }),
    };
  });
}

async function psqlFor(session: ReturnType<typeof connectTenant>) {
  const [server] = await session<
    { major: number }[]
  >`select current_setting('server_version_num')::int / 10000 as major`;
  return requireTool("psql", server?.major ?? 0);
}

type Wanted = {
  subject: Subject;
  context: RunContext /** About how many are to be read, for the progress. */;
  bytes: number;
};

/** Gives a scratch database, and drops it whatever happens. */
async function withScratch<T>(
  { subject: { connection }, context, bytes }: Wanted,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const { job, signal, report } = context;
  const name = scratchName(job.id, job.fence);
  let done = 0;
  const onBytes = (more: number) => {
    done += more;
    report({
      bytesDone: done,
      progressPercentage: Math.min(95, Math.round((950 * done) / Math.max(1, done, bytes)) / 10),
    });
  };
  try {
    const made = await createScratch(connection, name, applicationName(job.id, job.fence, "monitor"));
    return await inSession({ context, connection: made }, async (session) => {
      const { path: psql } = await psqlFor(session);
      return work({
        connection: made,
        session,
        application: applicationName(job.id, job.fence),
        psql,
        signal,
        onBytes,
      });
    });
  } finally {
    await dropScratch(connection, [name]);
  }
}

async function clean(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const { connection } = await loadSubject(job.projectId);
  return cleanScratch(connection, job, upToFence);
}
