import { db } from "@/db/client";
import { log } from "@/db/log";
import { backups } from "@/db/schema";
import type { Destination, Listed } from "@/jobs/destination/destination";
import { compareRows } from "@/jobs/reconcile/compare";
import { readDue } from "@/jobs/reconcile/read-due";
import { allowanceOf } from "@/jobs/reconcile/round";

/**
 * Makes the work that compares files with rows: each call is a round. Any number of workers may do it at once, while
 * exports, downloads and deletions go on. `bytesPerRound` says how much of the files is read.
 */
export function reconciler(destination: Destination, bytesPerRound: number) {
  const allowance = allowanceOf(bytesPerRound);
  return async (signal: AbortSignal): Promise<void> => {
    const round = { destination, allowance, signal };
    allowance.begin();
    if (!(await destination.isThere())) return tellAbsence();
    const { due } = await compareRows(round, await listAll(destination));
    await readDue(round, due);
  };
}

/** A disk that is not mounted is no reason to call every backup missing. */
async function tellAbsence(): Promise<void> {
  const [row] = await db.select({ id: backups.id }).from(backups).limit(1);
  if (row) log.error("the destination of the backups is not there: is its disk mounted?");
}

async function listAll(destination: Destination): Promise<Map<string, Listed>> {
  const listed = new Map<string, Listed>();
  for await (const each of destination.list()) listed.set(each.path, each);
  return listed;
}
