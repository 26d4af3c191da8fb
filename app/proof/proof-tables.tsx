"use client";

import { useQuery } from "@tanstack/react-query";
import { verdictLooks } from "@/app/proof/proof-words";
import { useTRPC } from "@/app/trpc/client";
import type { ProofTable } from "@/app/trpc/types";
import { ErrorState } from "@/app/ui/error-state";
import { formatCount } from "@/app/ui/format";
import { SkeletonRows } from "@/app/ui/skeleton";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** A browser does not like more rows at once; what is wrong comes first, so nothing that matters is left out. */
const most = 500;

/** Every table and sequence of a proof by restore: as it was in the snapshot, and as it came back. */
export function ProofTables({ proofId }: { proofId: string }) {
  const trpc = useTRPC();
  const { data, error, refetch, isFetching } = useQuery(trpc.proof.get.queryOptions({ proofId }));
  if (error && !data)
    return <ErrorState title="The proof could not be read" error={error} onRetry={refetch} retrying={isFetching} />;
  if (!data) return <SkeletonRows rows={6} label="Loading the proof" />;
  if (!data.restored?.proof) return null;
  const { tables, sequences } = data.restored.proof;
  const lines = [...tables.map(tableLine), ...sequences.map((sequence) => ({ ...sequence, kind: "sequence" }))];
  const sorted = lines.toSorted((a, b) => Number(isFine(a)) - Number(isFine(b)));
  return (
    <>
      <Table
        label="What was compared"
        head={
          <>
            <Head>Table</Head>
            <Head from="md">Kind</Head>
            <Head numeric from="md">
              In the snapshot
            </Head>
            <Head numeric from="md">
              Restored
            </Head>
            <Head>Verdict</Head>
          </>
        }
      >
        {sorted.slice(0, most).map((line) => (
          <Row key={`${line.kind} ${line.name}`}>
            <Cell className="w-3/5 max-w-0 py-1 md:w-2/5">
              <span title={line.name} className="block break-all font-mono text-xs md:truncate">
                {line.name}
              </span>
              <span className="block text-muted text-xs md:hidden">{inShort(line)}</span>
            </Cell>
            <Cell from="md" className="text-muted">
              {line.kind}
            </Cell>
            <Cell numeric from="md">
              {line.expected ?? "–"}
            </Cell>
            <Cell numeric from="md">
              {line.found ?? "–"}
            </Cell>
            <Cell className="whitespace-nowrap">
              <StatusMark tone={verdictLooks(line.verdict).tone}>{verdictLooks(line.verdict).word}</StatusMark>
            </Cell>
          </Row>
        ))}
      </Table>
      {sorted.length > most && <p className="text-muted text-sm">The first {formatCount(most)} are shown.</p>}
    </>
  );
}

const tableLine = ({ name, verdict, expected, found }: ProofTable) => ({
  name,
  verdict,
  kind: "table",
  expected: expected && formatCount(expected.rows),
  found: found && formatCount(found.rows),
});

/** Both columns of figures in one line, for a narrow screen. */
function inShort({ kind, expected, found }: { kind: string; expected: string | null; found: string | null }): string {
  const unit = kind === "table" ? " rows" : "";
  if (expected === found) return `${found}${unit}`;
  return `${expected ?? "nothing"}${expected ? unit : ""}, restored ${found ?? "nothing"}`;
}

const isFine = ({ verdict }: { verdict: Parameters<typeof verdictLooks>[0] }) => verdictLooks(verdict).tone === "good";
