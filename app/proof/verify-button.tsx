"use client";

import { useMutation } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { type FormEvent, useState } from "react";
import { SecretKeyField, secretKeyIn } from "@/app/encryption/secret-key-field";
import { useJobStart } from "@/app/job/use-job-start";
import { levels } from "@/app/proof/proof-words";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ChoiceCards } from "@/app/ui/choice-cards";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";

type Props = { backup: Pick<BackupDetails, "id" | "filename" | "manifest" | "opensItself"> };

export function VerifyButton({ backup }: Props) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button
        size="sm"
        aria-haspopup="dialog"
        icon={<ShieldCheck aria-hidden className="size-4" />}
        onClick={() => setAsks(true)}
      >
        Verify
      </Button>
      {asks && <VerifyDialog backup={backup} onClose={() => setAsks(false)} />}
    </>
  );
}

function VerifyDialog({ backup, onClose }: Props & { onClose: () => void }) {
  const trpc = useTRPC();
  const { idempotencyKey, renew, starting } = useJobStart(onClose);
  const start = useMutation(trpc.proof.start.mutationOptions(starting));
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (start.isPending || start.isSuccess) return;
    const fields = new FormData(event.currentTarget);
    const level = fields.get("level") === "archive" ? "archive" : "restore";
    start.mutate({ backupId: backup.id, level, identity: secretKeyIn(fields), idempotencyKey: idempotencyKey() });
  }
  const hasFingerprints = backup.manifest.tables.some(({ fingerprint }) => fingerprint !== null);
  return (
    <Dialog title="Verify this backup" onClose={onClose}>
      <form onSubmit={submit} onChange={renew} className="contents">
        <DialogBody>
          {start.error && <ErrorState title="The verification could not be started" error={start.error} />}
          <p className="break-all font-mono text-sm">{backup.filename}</p>
          <ChoiceCards name="level" label="How far" choices={[...levels]} />
          {!backup.opensItself && <SecretKeyField error={fieldError(start.error, "identity")} />}
          {!hasFingerprints && (
            <Notice>
              This backup was made without fingerprints, so a restore compares how many rows each table has, not what is
              in them.
            </Notice>
          )}
        </DialogBody>
        <FormActions submit="Verify backup" pending={start.isPending || start.isSuccess} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
