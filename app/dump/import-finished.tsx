import { JobResult } from "@/app/job/job-result";
import type { Job } from "@/app/trpc/types";
import { plural } from "@/app/ui/format";
import { StatusMark } from "@/app/ui/status-mark";

/** The project that was made of an uploaded dump. */
export function ImportFinished({ job }: { job: Job }) {
  return (
    <JobResult open={{ what: "project", href: `/projects/${job.projectSlug}` }}>
      <StatusMark tone="good" className="font-medium text-lg">
        {job.projectName} is there
      </StatusMark>
      <p>
        {plural(job.rowsDone, "row")} in {plural(job.tablesDone, "table")} came out of the dump. The uploaded file is
        gone; make a backup of the project to keep it.
      </p>
    </JobResult>
  );
}
