import { JobResult } from "@/app/job/job-result";
import type { Job } from "@/app/trpc/types";
import { StatusMark } from "@/app/ui/status-mark";

export function UndoFinished({ job }: { job: Job }) {
  return (
    <JobResult open={{ what: "project", href: `/projects/${job.projectSlug}` }}>
      <StatusMark tone="good" className="font-medium text-lg">
        Undone
      </StatusMark>
      <p>The data are as they were before the restore.</p>
    </JobResult>
  );
}
