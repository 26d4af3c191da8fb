"use client";

import { useQuery } from "@tanstack/react-query";
import { JobResult } from "@/app/job/job-result";
import { ProofChecks } from "@/app/proof/proof-checks";
import { proofLooks } from "@/app/proof/proof-words";
import { useTRPC } from "@/app/trpc/client";
import { Loaded } from "@/app/ui/loaded";
import { StatusMark } from "@/app/ui/status-mark";

/** What a verification has found, at its end. */
export function ProofFinished({ jobId }: { jobId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.proof.ofJob.queryOptions({ jobId }));
  const proof = query.data;
  return (
    <JobResult open={proof && { what: "backup", href: `/projects/${proof.projectSlug}/backups/${proof.backupId}` }}>
      <Loaded query={query} rows={5} loading="Loading the proof" failed="The proof could not be read">
        {(proof) => (
          <>
            <StatusMark tone={proofLooks(proof).tone} className="font-medium text-lg">
              {proofLooks(proof).word}
            </StatusMark>
            <p className="break-all font-mono text-sm">{proof.filename}</p>
            <ProofChecks checks={proof.checks} />
          </>
        )}
      </Loaded>
    </JobResult>
  );
}
