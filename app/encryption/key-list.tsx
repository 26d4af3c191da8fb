"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { KeyTable } from "@/app/encryption/key-table";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

const MakeKeyDialog = dynamic(() => import("@/app/encryption/make-key-dialog").then((module) => module.MakeKeyDialog), {
  ssr: false,
});
const AddKeyDialog = dynamic(() => import("@/app/encryption/add-key-dialog").then((module) => module.AddKeyDialog), {
  ssr: false,
});

export function KeyList() {
  const trpc = useTRPC();
  const { data: keys, error, refetch, isFetching } = useQuery(trpc.encryption.list.queryOptions());
  // Kept here: the dialog that shows a secret key must outlive the empty state that has opened it.
  const [open, setOpen] = useState<"make" | "add" | null>(null);
  const close = () => setOpen(null);
  const makeButton = (
    <Button
      variant="primary"
      aria-haspopup="dialog"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setOpen("make")}
    >
      Make a key pair
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Encryption"
        actions={
          <>
            <Button aria-haspopup="dialog" onClick={() => setOpen("add")}>
              Add a public key
            </Button>
            {makeButton}
          </>
        }
      >
        <p className="max-w-3xl text-muted">
          An export can be encrypted for every key in use here, in the format of age. Any one of their secret keys opens
          the backup. Without one nobody can, and Coffer only where it was let keep one. Keep secret keys where a fire
          here does not reach them.
        </p>
      </PageHeader>
      {error && !keys && (
        <ErrorState title="The keys could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !keys && <SkeletonRows rows={3} label="Loading keys" />}
      {keys?.length === 0 && (
        <EmptyState action={makeButton}>There is no key yet. Backups can be encrypted once there is one.</EmptyState>
      )}
      {keys && keys.length > 0 && <KeyTable keys={keys} />}
      {open === "make" && <MakeKeyDialog onClose={close} />}
      {open === "add" && <AddKeyDialog onClose={close} />}
    </>
  );
}
