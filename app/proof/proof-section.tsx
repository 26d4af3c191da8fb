"use client";

import { useQuery } from "@tanstack/react-query";
import { ProofChecks } from "@/app/proof/proof-checks";
import { ProofFiles } from "@/app/proof/proof-files";
import { ProofTables } from "@/app/proof/proof-tables";
import { proofLooks } from "@/app/proof/proof-words";
import { VerifyButton } from "@/app/proof/verify-button";
import { useTRPC } from "@/app/trpc/client";
import type { BackupDetails, Proof } from "@/app/trpc/types";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { Foldable } from "@/app/ui/foldable";
import { plural } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";
import { SkeletonRows } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";

/** Whether the backup can be trusted: its last proof, how it was reached, and the ones before. */
export function ProofSection({ backup, canVerify }: { backup: BackupDetails; canVerify: boolean }) {
  const trpc = useTRPC();
  const { data, error, refetch, isFetching } = useQuery(trpc.proof.list.queryOptions({ backupId: backup.id }));
  const [last, ...earlier] = data ?? [];
  const button = canVerify && <VerifyButton backup={backup} />;
  return (
    <Section title="Proof" aside={last && button}>
      {error && !data && (
        <ErrorState title="The proofs could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !data && <SkeletonRows rows={3} label="Loading the proofs" />}
      {data && !last && (
        <EmptyState action={button}>
          Nobody has proven this backup yet. A proof by restore brings it back in a scratch database and compares every
          table.
        </EmptyState>
      )}
      {last && (
        <>
          <Verdict proof={last} />
          <ProofChecks checks={last.checks} />
          <ProofFiles proof={last} backup={backup} />
          {last.level === "restore" && (
            <Foldable summary="What was compared">
              <ProofTables proofId={last.id} />
            </Foldable>
          )}
        </>
      )}
      {earlier.length > 0 && (
        <Foldable summary={plural(earlier.length, "earlier proof")}>
          <ul className="flex flex-col gap-1">
            {earlier.map((proof) => (
              <li key={proof.id} className="flex flex-wrap items-center justify-between gap-x-4">
                <Verdict proof={proof} />
                <ProofFiles proof={proof} backup={backup} of={`the proof of ${proof.createdAt}`} />
              </li>
            ))}
          </ul>
        </Foldable>
      )}
    </Section>
  );
}

function Verdict({ proof }: { proof: Pick<Proof, "result" | "level" | "createdAt"> }) {
  const { tone, word } = proofLooks(proof);
  return (
    <p className="flex flex-wrap items-center gap-x-3">
      <StatusMark tone={tone}>{word}</StatusMark>
      <span className="text-muted text-sm">
        <RelativeTime time={proof.createdAt} />
      </span>
    </p>
  );
}
