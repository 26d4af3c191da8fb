"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { EncryptionKey } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { Notice } from "@/app/ui/notice";

type Props = {
  encryptionKey: EncryptionKey;
  /** No other is in use. */
  isLast: boolean;
};

export function RetireButton({ encryptionKey: key, isLast }: Props) {
  const trpc = useTRPC();
  const [asks, setAsks] = useState(false);
  const retire = useMutation(
    trpc.encryption.retire.mutationOptions(
      closeWith(
        () => setAsks(false),
        () => `The key ${key.name} is retired.`,
      ),
    ),
  );
  function close() {
    setAsks(false);
    retire.reset();
  }
  return (
    <>
      <Button size="sm" aria-haspopup="dialog" onClick={() => setAsks(true)}>
        Retire<span className="sr-only"> {key.name}</span>
      </Button>
      {asks && (
        <ConfirmDialog
          title="Retire this key?"
          keep="Keep key"
          action="Retire key"
          change={retire}
          failed="The key could not be retired"
          onConfirm={() => retire.mutate({ keyId: key.id })}
          onClose={close}
        >
          <p className="break-words">
            No new backup is encrypted for <strong className="font-medium">{key.name}</strong>. A key that was retired
            cannot be brought back.
          </p>
          <p>The backups that were made for it still need its secret key: do not throw that away.</p>
          {isLast && (
            <Notice tone="warn">
              It is the only key in use. Until there is another, exports that are to be encrypted are refused.
            </Notice>
          )}
        </ConfirmDialog>
      )}
    </>
  );
}
