"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { RowResults } from "@/app/comparison/row-results";
import { useJobStart } from "@/app/job/use-job-start";
import { useTRPC } from "@/app/trpc/client";
import type { Comparison } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { RelativeTime } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";

type Props = {
  backupId: string;
  /** Empty for the live schema. */
  otherId: string;
  tables: Comparison["tables"];
};

/** Compares the rows of one table, which takes as long as both sides take to read; and what earlier comparisons have found. */
export function CompareRows({ backupId, otherId, tables }: Props) {
  const trpc = useTRPC();
  const { idempotencyKey, renew, starting } = useJobStart(() => renew());
  const start = useMutation(trpc.comparison.start.mutationOptions(starting));
  const { data } = useQuery(trpc.comparison.list.queryOptions({ backupId }));
  const earlier = (data ?? []).filter((one) => one.otherId === (otherId || null));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const table = new FormData(event.currentTarget).get("table");
    if (typeof table !== "string" || start.isPending) return;
    const wanted = { backupId, otherId: otherId || undefined, tables: [table] };
    start.mutate({ ...wanted, idempotencyKey: idempotencyKey() });
  }
  const comparable = tables.filter(({ verdict, rowsBefore }) => rowsBefore !== null && verdict !== "added");
  if (comparable.length === 0) return null;
  return (
    <Section title="Rows">
      <form onSubmit={submit} onChange={renew} className="flex flex-wrap items-center gap-2">
        <select
          name="table"
          aria-label="Table whose rows are compared"
          className="h-8 max-w-64 rounded border border-line-strong bg-raised px-2 font-mono text-sm text-text"
        >
          {comparable.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Button type="submit" pending={start.isPending}>
          Compare rows
        </Button>
        <p className="text-muted text-sm">Reads both sides, and compares row by row by primary key.</p>
      </form>
      {start.error && <ErrorState title="The comparison could not be started" error={start.error} />}
      {earlier.map(({ jobId, createdAt, tables: found }) => (
        <div key={jobId}>
          <p className="pt-2 pb-1 text-muted text-sm">
            Compared <RelativeTime time={createdAt} />
          </p>
          <RowResults tables={found} />
        </div>
      ))}
    </Section>
  );
}
