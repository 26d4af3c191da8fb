"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { closeJob } from "@/app/job/job-address";
import { useTRPC } from "@/app/trpc/client";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";

/** The new project. */
export function CloneFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const { data: clone, error, refetch, isFetching } = useQuery(trpc.clone.ofJob.queryOptions({ jobId }));
  return (
    <>
      <DialogBody>
        {error && !clone && (
          <ErrorState title="The clone could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !clone && <SkeletonRows rows={2} label="Loading the clone" />}
        {clone && (
          <>
            <StatusMark tone="good" className="font-medium text-lg">
              {clone.name} is there
            </StatusMark>
            <p>
              {clone.structureOnly
                ? "It has every table of the backup, and no rows."
                : "Every table was compared with the backup before the project was made."}
            </p>
          </>
        )}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {clone && (
          <Link href={`/projects/${clone.slug}`} className={buttonClass({ variant: "primary" })}>
            Open project
          </Link>
        )}
      </DialogActions>
    </>
  );
}
