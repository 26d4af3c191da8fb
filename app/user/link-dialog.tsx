"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import type { User } from "@/app/trpc/types";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { Dialog } from "@/app/ui/dialog";
import { LinkOnce } from "@/app/user/link-once";

/** Makes a link with which somebody chooses a password, and shows it this once. */
export function LinkDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const trpc = useTRPC();
  const make = useMutation(
    trpc.user.resetPassword.mutationOptions({ meta: { showsError: true, changesNothing: true } }),
  );
  const what = user.isInvited ? "invitation link" : "reset link";
  if (make.data) {
    return (
      <Dialog title={`${user.isInvited ? "Invitation" : "Reset"} link for ${user.name}`} onClose={onClose}>
        <LinkOnce link={make.data} name={user.name} onClose={onClose} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Make ${user.isInvited ? "an" : "a"} ${what}?`}
      keep="Cancel"
      action="Make link"
      variant="primary"
      change={make}
      failed="The link could not be made"
      onConfirm={() => make.mutate({ userId: user.id })}
      onClose={onClose}
    >
      <p className="break-words">
        {user.isInvited
          ? `With it ${user.name} chooses a password and can sign in. The link that they have already stops working.`
          : `With it ${user.name} chooses a new password and is signed out everywhere. Until then the old one works.`}
      </p>
    </ConfirmDialog>
  );
}
