import type { Connection } from "@/db/schema";
import { fencesUpTo } from "@/jobs/postgres/backend";
import { withTenant } from "@/jobs/postgres/connection";
import { dropSchema } from "@/jobs/restore-backup/drop-schema";
import { besideSchema } from "@/jobs/restore-backup/names";

/** Drops what a job's attempts up to this fence have restored and not put in place: then it has another name. */
export async function dropBeside(connection: Connection, jobId: string, upToFence: number): Promise<void> {
  const names = fencesUpTo(upToFence).map((fence) => besideSchema(jobId, fence));
  await withTenant(connection, "coffer:cleanup", async (sql) => {
    const left = await sql<{ name: string }[]>`select nspname as name from pg_namespace where nspname in ${sql(names)}`;
    for (const { name } of left) await dropSchema(sql, name);
  });
}
