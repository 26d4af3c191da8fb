"use client";

import { useQuery } from "@tanstack/react-query";
import { RowResults } from "@/app/comparison/row-results";
import { JobResult } from "@/app/job/job-result";
import { useTRPC } from "@/app/trpc/client";
import type { RowComparison } from "@/app/trpc/types";
import { Loaded } from "@/app/ui/loaded";

/** What a comparison of rows has found, at its end. */
export function ComparisonFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.comparison.ofJob.queryOptions({ jobId }));
  return (
    <JobResult open={query.data && { what: "comparison", href: hrefOf(query.data) }}>
      <Loaded query={query} rows={3} loading="Loading the comparison" failed="The comparison could not be read">
        {({ tables }) => <RowResults tables={tables} />}
      </Loaded>
    </JobResult>
  );
}

type Found = Pick<RowComparison, "backupId" | "otherId"> & { projectSlug: string };

const hrefOf = ({ projectSlug, backupId, otherId }: Found) =>
  `/projects/${projectSlug}/backups/${backupId}/compare${otherId ? `?with=${otherId}` : ""}`;
