"use client";

import { useQuery } from "@tanstack/react-query";
import { BackToList } from "@/app/browse/back-to-list";
import { Definition } from "@/app/browse/definition";
import type { Selection } from "@/app/browse/selection";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

/** What makes a view, a function, a type or the like. */
export function ObjectView({ backupId, selection }: { backupId: string; selection: Selection }) {
  const trpc = useTRPC();
  const { data, error, refetch, isFetching } = useQuery(
    trpc.browse.definition.queryOptions(
      { backupId, ...selection },
      { trpc: alone, staleTime: Number.POSITIVE_INFINITY, retry: false },
    ),
  );
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div>
        <BackToList />
        <h2 className="whitespace-pre-wrap break-all font-mono font-semibold text-base">{selection.name}</h2>
        <p className="text-muted text-sm">{selection.kind}</p>
      </div>
      {error && (
        <ErrorState title="The definition could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!data && !error && <SkeletonRows rows={4} label="Reading the definition" />}
      {data && <Definition name={selection.name} sql={data.sql} />}
    </div>
  );
}
