"use client";

import { useQuery } from "@tanstack/react-query";
import { estimateText } from "@/app/export/estimate-text";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { BackupCompression } from "@/app/trpc/types";

/** At least one line high: it comes when the server has looked. */
export function EstimateLine({ projectId, compression }: { projectId: string; compression: BackupCompression }) {
  const trpc = useTRPC();
  const { data, isPending } = useQuery(trpc.export.estimate.queryOptions({ projectId }, { trpc: alone, retry: false }));
  const text = data ? estimateText(data, compression) : null;
  return (
    <p role="status" className="min-h-5 shrink-0 text-muted text-sm tabular-nums">
      {isPending ? "Estimating the size…" : (text ?? "The size is not known: the database does not answer right now.")}
    </p>
  );
}
