import path from "node:path";
import { jobsEnv } from "@/jobs/env";
import { backupFilename } from "@/jobs/export-backup/filename";
import { compressionOf, type ExportOptions, exportOptions } from "@/jobs/export-backup/options";
import { homeFolder } from "@/jobs/home/folder";
import type { Home } from "@/jobs/home/home";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Cleaned } from "@/jobs/lifecycle/execute";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { releaseAttempts } from "@/jobs/postgres/backend";
import { removeUnlisted } from "@/jobs/reconcile/remove-unlisted";

/** Ends what attempts up to this fence have left at the server, and removes what they have left in the backup folder. */
export const cleanExport = (job: ClaimedJob, upToFence: number): Promise<Cleaned> =>
  cleanBackup(job, upToFence, exportOptions.parse(job.options));

/** The same for the backup that a job of another kind makes with these options. */
export async function cleanBackup(job: ClaimedJob, upToFence: number, options: ExportOptions): Promise<Cleaned> {
  const subject = await loadSubject(job.projectId);
  // Files first: they are ours alone, while the server may be away.
  const home = homeFolder(jobsEnv().BACKUP_DIR);
  await home.discard({ jobId: job.id, fence: upToFence });
  await removePublished(home, job, { slug: subject.slug, upToFence, options });
  const filesRemovedAt = new Date();
  const backendEndedAt = await releaseAttempts(subject.connection, job, upToFence).catch(() => null);
  return { backendEndedAt, filesRemovedAt };
}

/** A file that was published by an attempt whose last transaction never came: its name follows from the job, its sidecar proves it. */
async function removePublished(
  home: Home,
  job: ClaimedJob,
  { slug, upToFence, options }: { slug: string; upToFence: number; options: ExportOptions },
) {
  const name = backupFilename(slug, job.createdAt, { ...options, compression: compressionOf(options) });
  // Without its extensions: a number may stand before them.
  const stem = path.posix.join(slug, options.storagePath ?? "", name.split(".")[0] ?? "");
  for (const candidate of await home.published(stem)) {
    await removeUnlisted(home, candidate, (maker) => maker.id === job.id && maker.fence <= upToFence);
  }
}
