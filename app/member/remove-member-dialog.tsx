"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTRPC } from "@/app/trpc/client";
import type { Member } from "@/app/trpc/types";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { showMessage } from "@/app/ui/toaster";
import { useCurrentUser } from "@/app/user/current-user";

type Props = { slug: string; member: Member; onClose: () => void };

export function RemoveMemberDialog({ slug, member, onClose }: Props) {
  const trpc = useTRPC();
  const router = useRouter();
  const me = useCurrentUser();
  const losesProject = me.id === member.id && me.role !== "admin";
  const remove = useMutation(
    trpc.member.remove.mutationOptions({
      meta: { showsError: true },
      onSuccess: () => {
        onClose();
        if (losesProject) router.push("/projects");
        void showMessage(`${member.name} is no member of the project any more.`);
      },
    }),
  );
  return (
    <ConfirmDialog
      title="Remove this member?"
      keep="Keep member"
      action="Remove member"
      change={remove}
      failed={`${member.name} could not be removed`}
      onConfirm={() => remove.mutate({ projectId: slug, userId: member.id })}
      onClose={onClose}
    >
      <p className="break-words">{consequence(member, me.id === member.id)}</p>
    </ConfirmDialog>
  );
}

function consequence({ name, role }: Member, isMe: boolean): string {
  if (role === "admin") return "Administrators may do everything, so nothing changes but this list.";
  return isMe
    ? "The project does not exist for you from then on. Somebody else has to add you again."
    : `The project does not exist for ${name} from then on. What they have made stays.`;
}
