"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { DestinationTable } from "@/app/destination/destination-table";
import { useTRPC } from "@/app/trpc/client";
import type { Destination } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

const DestinationDialog = dynamic(
  () => import("@/app/destination/destination-dialog").then((module) => module.DestinationDialog),
  { ssr: false },
);

export function DestinationList() {
  const trpc = useTRPC();
  const { data, error, refetch, isFetching } = useQuery(trpc.destination.list.queryOptions());
  const [edited, setEdited] = useState<Destination | "new" | null>(null);
  const addButton = (
    <Button
      variant="primary"
      aria-haspopup="dialog"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setEdited("new")}
    >
      Add a destination
    </Button>
  );
  return (
    <>
      <PageHeader title="Destinations" actions={addButton}>
        <p className="max-w-3xl text-muted">
          Every backup is made in Coffer's own backup folder. A copy elsewhere survives the loss of this machine: in
          another folder, in a bucket, in a Telegram chat. Each copy is made, retried and checked by itself.
        </p>
      </PageHeader>
      {error && !data && (
        <ErrorState title="The destinations could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !data && <SkeletonRows rows={3} label="Loading destinations" />}
      {data?.length === 0 && (
        <EmptyState action={addButton}>
          There is no destination yet. Until there is one, backups are lost with the disk that they are on.
        </EmptyState>
      )}
      {data && data.length > 0 && <DestinationTable destinations={data} onEdit={setEdited} />}
      {edited && (
        <DestinationDialog destination={edited === "new" ? undefined : edited} onClose={() => setEdited(null)} />
      )}
    </>
  );
}
