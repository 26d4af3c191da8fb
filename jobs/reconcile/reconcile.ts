import { db } from "@/db/client";
import { log } from "@/db/log";
import { backups } from "@/db/schema";
import type { Home, Listed } from "@/jobs/home/home";
import { compareRows } from "@/jobs/reconcile/compare";
import { readDue } from "@/jobs/reconcile/read-due";
import { allowanceOf } from "@/jobs/reconcile/round";
import { settleUnlisted } from "@/jobs/reconcile/unlisted";

/**
 * Makes the work that compares files with rows: each call is a round. Any number of workers may do it at once, while
 * exports, downloads and deletions go on. `bytesPerRound` says how much of the files is read.
 */
export function reconciler(home: Home, bytesPerRound: number) {
  const allowance = allowanceOf(bytesPerRound);
  const notWhole = new Set<string>();
  let strange = new Map<string, number>();
  return async (signal: AbortSignal): Promise<void> => {
    allowance.begin();
    if (!(await home.isThere())) return tellAbsence();
    const round = { home, homeId: await home.id(), allowance, signal, notWhole };
    const { due, unlisted } = await compareRows(round, await listAll(home));
    const left = await settleUnlisted(round, unlisted);
    strange = new Map(left.map((file) => [file, (strange.get(file) ?? 0) + 1]));
    // Told once, and not in the first round: a sidecar that is being written is strange too.
    tellStrange(left.filter((file) => strange.get(file) === 2));
    await readDue(round, due);
  };
}

/** A disk that is not mounted is no reason to call every backup missing. */
async function tellAbsence(): Promise<void> {
  const [row] = await db.select({ id: backups.id }).from(backups).limit(1);
  if (row) log.error("the backup folder of the backups is not there: is its disk mounted?");
}

function tellStrange(files: string[]): void {
  if (files.length === 0) return;
  const some = { count: files.length, files: files.slice(0, 20) };
  log.warn(some, "files in the backup folder are of no backup, and not known to be ours: they are left alone");
}

async function listAll(home: Home): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>();
  for await (const each of home.list()) listed.set(each.path, each);
  return listed;
}
