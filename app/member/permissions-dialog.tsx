"use client";

import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { readPermissions, ticksFor } from "@/app/member/permission-words";
import { useTRPC } from "@/app/trpc/client";
import type { Member, Permission } from "@/app/trpc/types";
import { closeWith } from "@/app/ui/close-with";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { FormActions } from "@/app/ui/form-actions";
import { Notice } from "@/app/ui/notice";
import { TickList } from "@/app/ui/tick-list";

type Props = { slug: string; member: Member; mine: Permission[]; onClose: () => void };

export function PermissionsDialog({ slug, member, mine, onClose }: Props) {
  const trpc = useTRPC();
  const set = useMutation(
    trpc.member.set.mutationOptions(closeWith(onClose, () => `The permissions of ${member.name} are changed.`)),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const permissions = readPermissions(new FormData(event.currentTarget));
    if (!set.isPending) set.mutate({ projectId: slug, userId: member.id, permissions });
  }

  return (
    <Dialog title={`Permissions of ${member.name}`} onClose={onClose}>
      <form onSubmit={submit} className="contents">
        <DialogBody>
          {set.error && <ErrorState title="The permissions could not be changed" error={set.error} />}
          {member.role === "admin" && (
            <Notice>As an administrator {member.name} may do everything, whatever is ticked here.</Notice>
          )}
          <TickList
            name="permissions"
            label="May do in this project"
            ticks={ticksFor(mine, member.permissions)}
            ticked={member.permissions}
          />
        </DialogBody>
        <FormActions submit="Change permissions" pending={set.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
