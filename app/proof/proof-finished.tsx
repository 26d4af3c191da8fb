"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { closeJob } from "@/app/job/job-address";
import { ProofChecks } from "@/app/proof/proof-checks";
import { proofLooks } from "@/app/proof/proof-words";
import { useTRPC } from "@/app/trpc/client";
import { Button, buttonClass } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";

/** What a verification has found, at its end. */
export function ProofFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const { data: proof, error, refetch, isFetching } = useQuery(trpc.proof.ofJob.queryOptions({ jobId }));
  return (
    <>
      <DialogBody>
        {error && !proof && (
          <ErrorState title="The proof could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !proof && <SkeletonRows rows={5} label="Loading the proof" />}
        {proof && (
          <>
            <StatusMark tone={proofLooks(proof).tone} className="font-medium text-lg">
              {proofLooks(proof).word}
            </StatusMark>
            <p className="break-all font-mono text-sm">{proof.filename}</p>
            <ProofChecks checks={proof.checks} />
          </>
        )}
      </DialogBody>
      <DialogActions>
        <Button onClick={closeJob}>Close</Button>
        {proof && (
          <Link
            href={`/projects/${proof.projectSlug}/backups/${proof.backupId}`}
            className={buttonClass({ variant: "primary" })}
          >
            Open backup
          </Link>
        )}
      </DialogActions>
    </>
  );
}
