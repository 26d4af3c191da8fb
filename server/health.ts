import { statfs } from "node:fs/promises";
import { gt, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { expectedMigrations } from "@/db/migrate";
import { workerInstances } from "@/db/schema";
import { jobsEnv } from "@/jobs/env";
import type { Health } from "@/server/rest/rows/operations";

type Check = Health["checks"]["database"];

/** Whether exports can be made here and now. What is wrong is said in a sentence, without addresses or names of hosts. */
export async function readHealth(): Promise<Health> {
  const [database, migrations, worker, disk] = await Promise.all([
    check(askDatabase, "The database of Coffer cannot be reached."),
    check(askMigrations, "The database of Coffer is not at this version. Restart Coffer."),
    check(askWorkers, "No worker has reported within a minute."),
    check(askDisk, "The folder of backups has less than 1 % or 100 MB of free space."),
  ]);
  const checks = { database, migrations, worker, disk };
  return { status: Object.values(checks).every(({ ok }) => ok) ? "ok" : "unavailable", checks };
}

/** A question that gets no answer in time is answered with no. */
const patience = 3_000;

async function check(ask: () => Promise<boolean>, otherwise: string): Promise<Check> {
  const late = AbortSignal.timeout(patience);
  const isLate = new Promise<boolean>((resolve) =>
    late.addEventListener("abort", () => resolve(false), { once: true }),
  );
  const ok = await Promise.race([ask().catch(() => false), isLate]);
  return ok ? { ok } : { ok, message: otherwise };
}

async function askDatabase(): Promise<boolean> {
  await db.execute(sql`select 1`);
  return true;
}

async function askMigrations(): Promise<boolean> {
  const [row] = await db.execute<{ count: number }>(
    sql`select count(*)::int as count from control_plane.__drizzle_migrations`,
  );
  return (row?.count ?? 0) >= (await expectedMigrations());
}

async function askWorkers(): Promise<boolean> {
  const alive = gt(workerInstances.heartbeatAt, sql`now() - interval '1 minute'`);
  const rows = await db
    .select({ id: workerInstances.id })
    .from(workerInstances)
    .where(sql`${alive} and ${workerInstances.stoppedAt} is null`)
    .limit(1);
  return rows.length > 0;
}

async function askDisk(): Promise<boolean> {
  // Made with the first backup.
  const at = await statfs(jobsEnv().BACKUP_DIR).catch(() => statfs("."));
  const free = at.bavail * at.bsize;
  return free > 100_000_000 && at.bavail > at.blocks / 100;
}
