import type { Connection } from "@/db/schema";
import { cleanBackup } from "@/jobs/export-backup/clean";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { connectTenant } from "@/jobs/postgres/connection";
import { dropSchema } from "@/jobs/restore-backup/drop-schema";
import { besideSchema } from "@/jobs/restore-backup/names";
import { safetyOptions } from "@/jobs/restore-backup/safety";

/**
 * Ends what attempts up to this fence have left at the server, drops what they have restored beside the live schema, and removes
 * files of a safety backup that was not listed. A schema that was put in place has another name by then, and stays.
 */
export async function cleanRestore(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const cleaned = await cleanBackup(job, upToFence, safetyOptions(false));
  const { connection } = await loadSubject(job.projectId);
  const fences = Array.from({ length: upToFence }, (_, i) => i + 1);
  await dropSchemas(
    connection,
    fences.map((fence) => besideSchema(job.id, fence)),
  );
  return cleaned;
}

async function dropSchemas(connection: Connection, names: string[]): Promise<void> {
  const sql = connectTenant(connection, "coffer:cleanup");
  try {
    const left = await sql<{ name: string }[]>`select nspname as name from pg_namespace where nspname in ${sql(names)}`;
    for (const { name } of left) await dropSchema(sql, name);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
