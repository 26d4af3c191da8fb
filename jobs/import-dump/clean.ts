import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import { dropHomeless } from "@/jobs/clone-project/new-project";
import { doorSchema, importRole } from "@/jobs/import-dump/names";
import { importOptions } from "@/jobs/import-dump/options";
import { dropRole } from "@/jobs/import-dump/role";
import { loadTarget } from "@/jobs/import-dump/target";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { fencesUpTo, releaseAttempts } from "@/jobs/postgres/backend";
import { withTenant } from "@/jobs/postgres/connection";
import { dropBeside } from "@/jobs/restore-backup/drop-beside";

/**
 * Ends the sessions of attempts up to this fence, and drops their roles with all that these have made. The uploaded file
 * stays for another try; the sweep removes it.
 */
export async function cleanImport(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const target = await loadTarget(job);
  // Without it there is nobody to ask.
  if (!target) return { backendEndedAt: null, filesRemovedAt: new Date() };
  const { connection } = target;
  const fences = fencesUpTo(upToFence);
  const backendEndedAt = await releaseAttempts(connection, job, upToFence);
  await withTenant(connection, "coffer:cleanup", async (sql) => {
    for (const fence of fences) await endSessions(sql, importRole(job.id, fence));
    await dropHomeless(job, connection, importOptions.parse(job.options).schemaName);
    await dropBeside(connection, job.id, upToFence);
    for (const fence of fences)
      await sql.begin((tx) => dropRole(tx, { role: importRole(job.id, fence), door: doorSchema(job.id, fence) }));
  });
  return { backendEndedAt, filesRemovedAt: new Date() };
}

const patience = 20_000;

/** A dump's code may have given its session another name, but not another user. */
async function endSessions(sql: postgres.Sql, role: string): Promise<void> {
  for (const started = Date.now(); ; ) {
    const left = await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
    if (left.length === 0) return;
    if (Date.now() - started > patience) throw new Error("a session of a restored dump does not end");
    await delay(20);
  }
}
