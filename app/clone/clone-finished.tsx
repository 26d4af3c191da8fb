"use client";

import { useQuery } from "@tanstack/react-query";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import { Loaded } from "@/app/ui/loaded";
import { StatusMark } from "@/app/ui/status-mark";

/** The new project. */
export function CloneFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.clone.ofJob.queryOptions({ jobId }));
  return (
    <JobResult open={query.data && { what: "project", href: `/projects/${query.data.slug}` }}>
      <Loaded query={query} rows={2} loading="Loading the clone" failed="The clone could not be read">
        {({ name, structureOnly }) => (
          <>
            <StatusMark tone="good" className="font-medium text-lg">
              {name} is there
            </StatusMark>
            <p>
              {structureOnly
                ? "It has every table of the backup, and no rows."
                : "Every table was compared with the backup before the project was made."}
            </p>
          </>
        )}
      </Loaded>
    </JobResult>
  );
}
