import { cleanBackup } from "@/jobs/export-backup/clean";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { dropBeside } from "@/jobs/restore-backup/drop-beside";
import { safetyOptions } from "@/jobs/restore-backup/safety";

/**
 * Ends what attempts up to this fence have left at the server, drops what they have restored beside the live schema, and removes
 * files of a safety backup that was not listed.
 */
export async function cleanRestore(job: ClaimedJob, upToFence: number): Promise<Cleaned> {
  const cleaned = await cleanBackup(job, upToFence, safetyOptions(false, "a restore"));
  const { connection } = await loadSubject(job.projectId);
  await dropBeside(connection, job.id, upToFence);
  return cleaned;
}
