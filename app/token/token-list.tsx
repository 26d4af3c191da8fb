"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { TokenTable } from "@/app/token/token-table";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";

const MakeTokenDialog = dynamic(
  () => import("@/app/token/make-token-dialog").then((module) => module.MakeTokenDialog),
  { ssr: false },
);

export function TokenList() {
  const trpc = useTRPC();
  const { data: tokens, error, refetch, isFetching } = useQuery(trpc.token.list.queryOptions());
  // Kept here: the dialog that shows a token must outlive the empty state that has opened it.
  const [makes, setMakes] = useState(false);
  const button = (
    <Button
      variant="primary"
      aria-haspopup="dialog"
      icon={<Plus aria-hidden className="size-4" />}
      onClick={() => setMakes(true)}
    >
      Make a token
    </Button>
  );
  return (
    <>
      <PageHeader title="API tokens" actions={button}>
        <p className="text-muted">
          With a token a script acts in your name, as far as its scopes go. What it can do is in the{" "}
          {/* Served outside of Next, which must not try to be quick about it. */}
          <a href="/docs/api" className="text-accent-strong underline">
            documentation of the API
          </a>
          .
        </p>
      </PageHeader>
      {error && !tokens && (
        <ErrorState title="The tokens could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !tokens && <SkeletonRows rows={3} label="Loading tokens" />}
      {tokens?.length === 0 && (
        <EmptyState action={button}>
          You have no API token. A script needs one to start exports in your name.
        </EmptyState>
      )}
      {tokens && tokens.length > 0 && <TokenTable tokens={tokens} />}
      {makes && <MakeTokenDialog onClose={() => setMakes(false)} />}
    </>
  );
}
