"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { ChannelFields } from "@/app/notification/channel-fields";
import { kindIn, readChannelForm } from "@/app/notification/channel-form";
import { kindLabel, kinds } from "@/app/notification/channel-words";
import { RulesForm } from "@/app/notification/rules-form";
import { useTRPC } from "@/app/trpc/client";
import { fieldError } from "@/app/trpc/error";
import type { Channel, ChannelKind } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { CopyLine } from "@/app/ui/copy-line";
import { Dialog, DialogActions, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { NameField, SelectField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";

/** Adds a channel and goes on to what it is told of, or changes one. */
export function ChannelDialog({ channel, onClose }: { channel?: Channel; onClose: () => void }) {
  const [added, setAdded] = useState<(Channel & { secret: string | null }) | null>(null);
  const [hasCopied, setHasCopied] = useState(false);
  if (!added)
    return (
      <Dialog title={channel ? `Edit ${channel.name}` : "Add a channel"} onClose={onClose}>
        <ChannelForm channel={channel} onAdded={setAdded} onClose={onClose} />
      </Dialog>
    );
  const showsSecret = added.secret !== null && !hasCopied;
  return (
    <Dialog
      title={showsSecret ? `Secret of ${added.name}` : `What ${added.name} is told of`}
      onClose={onClose}
      width="lg"
    >
      {added.secret && showsSecret ? (
        <MadeSecret secret={added.secret} onDone={() => setHasCopied(true)} />
      ) : (
        <RulesForm channel={added} isNew onClose={onClose} />
      )}
    </Dialog>
  );
}

type FormProps = {
  channel?: Channel;
  onAdded: (channel: Channel & { secret: string | null }) => void;
  onClose: () => void;
};

function ChannelForm({ channel, onAdded, onClose }: FormProps) {
  const trpc = useTRPC();
  const { data: setup } = useQuery(trpc.notification.setup.queryOptions());
  const [kind, setKind] = useState<ChannelKind>(channel?.kind ?? "slack");
  const meta = { showsError: true };
  const add = useMutation(trpc.notification.addChannel.mutationOptions({ meta, onSuccess: onAdded }));
  const change = useMutation(trpc.notification.changeChannel.mutationOptions({ meta, onSuccess: onClose }));
  const { error, isPending } = channel ? change : add;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const fields = readChannelForm(data);
    if (isPending) return;
    if (channel) change.mutate({ channelId: channel.id, ...fields });
    else add.mutate({ kind: kindIn(data), ...fields });
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {Boolean(error) && (
          <ErrorState title={`The channel could not be ${channel ? "changed" : "added"}`} error={error} />
        )}
        <NameField defaultValue={channel?.name} placeholder="On call" error={fieldError(error, "name")} />
        {!channel && (
          <SelectField
            label="Kind"
            name="kind"
            value={kind}
            onChange={(event) => setKind(kinds.find(({ value }) => value === event.target.value)?.value ?? kind)}
            hint={kind === "email" && setup?.isMailConfigured === false ? "No mail server is set up yet." : undefined}
          >
            {kinds.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </SelectField>
        )}
        {channel && (
          <p className="text-muted text-sm">{kindLabel(kind)}. Secrets that you leave empty stay as they are.</p>
        )}
        <ChannelFields key={kind} kind={kind} channel={channel} error={error} />
      </DialogBody>
      <FormActions submit={channel ? "Save channel" : "Add channel"} pending={isPending} onCancel={onClose} />
    </form>
  );
}

function MadeSecret({ secret, onDone }: { secret: string; onDone: () => void }) {
  return (
    <>
      <DialogBody>
        <Notice tone="warn" role="status">
          Copy it now. Coffer does not show it again.
        </Notice>
        <CopyLine label="secret" text={secret} wraps />
        <p className="text-muted text-sm">
          Every message is signed with it: <code className="font-mono text-xs">Coffer-Signature</code> holds{" "}
          <code className="font-mono text-xs">t=seconds,v1=hex</code>, the HMAC-SHA256 of the seconds, a dot and the
          body.
        </p>
      </DialogBody>
      <DialogActions>
        <Button variant="primary" onClick={onDone}>
          I have copied it
        </Button>
      </DialogActions>
    </>
  );
}
