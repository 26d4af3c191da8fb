import { jobTitle, statusLooks } from "@/app/job/job-words";
import type { Job } from "@/app/trpc/types";

/** Tells a screen reader every tenth of the way, not each second, and the end. It stays while the rest comes and goes. */
export function JobAnnouncer({ job }: { job: Job | undefined }) {
  return (
    <p role="status" className="sr-only">
      {job && announcement(job)}
    </p>
  );
}

function announcement(job: Job): string {
  const title = jobTitle(job);
  if (job.status === "in_progress") return `${title}: ${Math.floor(job.progressPercentage / 10) * 10} percent`;
  const cause = job.status === "failed" && job.errorMessage ? `. ${job.errorMessage}` : "";
  return `${title}: ${statusLooks[job.status].word}${cause}`;
}
