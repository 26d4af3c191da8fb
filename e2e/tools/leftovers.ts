import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Coffer } from "@/e2e/tools/coffer";
import { processes } from "@/e2e/tools/processes";

export type Leftovers = { processes: string[]; backends: string[]; files: string[]; backups: number };

export const nothing: Leftovers = { processes: [], backends: [], files: [], backups: 0 };

/** What there is of one job outside its row: programs, sessions at the tenants' server, files, its backup. */
export async function leftovers({ tenants, control, backupDir }: Coffer, jobId: string): Promise<Leftovers> {
  const backends = await tenants<{ name: string }[]>`
    select application_name as name from pg_stat_activity where application_name like ${`coffer:${jobId}%`}`;
  const [backups] = await control<{ count: number }[]>`
    select count(*)::int as count from control_plane.backups where job_id = ${jobId}`;
  const found = await readdir(backupDir, { recursive: true });
  return {
    processes: processes()
      .filter(({ command, environment }) => `${command}\n${environment}`.includes(jobId))
      .map(({ command }) => command),
    backends: backends.map(({ name }) => name),
    files: found.filter((file) => path.basename(file).startsWith(jobId)),
    backups: backups?.count ?? 0,
  };
}
