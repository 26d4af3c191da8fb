"use client";

import { useQuery } from "@tanstack/react-query";
import { BackToList } from "@/app/browse/back-to-list";
import { Definition } from "@/app/browse/definition";
import { readOnce } from "@/app/browse/read-once";
import type { Selection } from "@/app/browse/selection";
import { useTRPC } from "@/app/trpc/client";
import { Loaded } from "@/app/ui/loaded";

/** What makes a view, a function, a type or the like. */
export function ObjectView({ backupId, selection }: { backupId: string; selection: Selection }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.browse.definition.queryOptions({ backupId, ...selection }, readOnce));
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div>
        <BackToList />
        <h2 className="whitespace-pre-wrap break-all font-mono font-semibold text-base">{selection.name}</h2>
        <p className="text-muted text-sm">{selection.kind}</p>
      </div>
      <Loaded query={query} rows={4} loading="Reading the definition" failed="The definition could not be read">
        {({ sql }) => <Definition name={selection.name} sql={sql} />}
      </Loaded>
    </div>
  );
}
