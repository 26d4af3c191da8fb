"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { ApiToken } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { RelativeTime } from "@/app/ui/relative-time";

export function RevokeButton({ token }: { token: ApiToken }) {
  const trpc = useTRPC();
  const [asks, setAsks] = useState(false);
  const revoke = useMutation(
    trpc.token.revoke.mutationOptions(
      closeWith(
        () => setAsks(false),
        () => `The token ${token.name} is revoked.`,
      ),
    ),
  );
  function close() {
    setAsks(false);
    revoke.reset();
  }
  return (
    <>
      <Button size="sm" aria-haspopup="dialog" onClick={() => setAsks(true)}>
        Revoke<span className="sr-only"> {token.name}</span>
      </Button>
      {asks && (
        <ConfirmDialog
          title="Revoke this token?"
          keep="Keep token"
          action="Revoke token"
          change={revoke}
          failed="The token could not be revoked"
          onConfirm={() => revoke.mutate({ tokenId: token.id })}
          onClose={close}
        >
          <p className="break-words">
            Whatever uses <strong className="font-medium">{token.name}</strong> is refused from then on. A token that
            was revoked cannot be brought back.
          </p>
          <p className="text-muted">
            {token.lastUsedAt ? (
              <>
                It was last used <RelativeTime time={token.lastUsedAt} />.
              </>
            ) : (
              "It has never been used."
            )}
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
