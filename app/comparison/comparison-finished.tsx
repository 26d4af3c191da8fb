"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { RowResults } from "@/app/comparison/row-results";
import { closeJob } from "@/app/job/job-address";
import { useTRPC } from "@/app/trpc/client";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** What a comparison of rows has found, at its end. */
export function ComparisonFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const { data, error, refetch, isFetching } = useQuery(trpc.comparison.ofJob.queryOptions({ jobId }));
  return (
    <>
      <DialogBody>
        {error && !data && (
          <ErrorState title="The comparison could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !data && <SkeletonRows rows={3} label="Loading the comparison" />}
        {data && <RowResults tables={data.tables} />}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {data && (
          <Link
            href={`/projects/${data.projectSlug}/backups/${data.backupId}/compare${data.otherId ? `?with=${data.otherId}` : ""}`}
            className={buttonClass({ variant: "primary" })}
          >
            Open comparison
          </Link>
        )}
      </DialogActions>
    </>
  );
}
