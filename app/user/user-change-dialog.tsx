"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import type { User } from "@/app/trpc/types";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { showMessage } from "@/app/ui/toaster";
import { useCurrentUser } from "@/app/user/current-user";

export type UserChange = "disable" | "enable" | "promote" | "demote";

type Words = {
  title: string;
  keep: string;
  action: string;
  about: string;
  aboutMe?: string;
  failed: string;
  done: string;
};

const wordsFor = (name: string): Record<UserChange, Words> => ({
  disable: {
    title: "Disable this user?",
    keep: "Keep enabled",
    action: "Disable user",
    about: `${name} is signed out everywhere at once, and their API tokens are refused. You can enable them again.`,
    aboutMe: "You are signed out everywhere at once. Only another administrator can let you in again.",
    failed: `${name} could not be disabled`,
    done: `${name} is disabled.`,
  },
  enable: {
    title: "Enable this user?",
    keep: "Keep disabled",
    action: "Enable user",
    about: `${name} can sign in again with the same password, and API tokens that were not revoked work again.`,
    failed: `${name} could not be enabled`,
    done: `${name} can sign in again.`,
  },
  promote: {
    title: "Make this user an administrator?",
    keep: "Keep as member",
    action: "Make administrator",
    about: `${name} may do everything then: users, databases, every project.`,
    failed: `${name} could not be made an administrator`,
    done: `${name} is an administrator now.`,
  },
  demote: {
    title: "Make this user a member?",
    keep: "Keep as administrator",
    action: "Make member",
    about: `${name} sees only the projects they were added to then.`,
    aboutMe: "You see only the projects you were added to then. Only another administrator can take this back.",
    failed: `${name} could not be made a member`,
    done: `${name} is a member now.`,
  },
});

export function UserChangeDialog({ user, change, onClose }: { user: User; change: UserChange; onClose: () => void }) {
  const isMe = useCurrentUser().id === user.id;
  const { about, aboutMe, done, ...words } = wordsFor(user.name)[change];
  const { run, ...mutation } = useChange(user.id, change, () => {
    // Much of what is on the screen is no longer for them.
    if (isMe) return window.location.assign("/");
    onClose();
    void showMessage(done);
  });
  const isDanger = change === "disable" || change === "demote";
  return (
    <ConfirmDialog
      {...words}
      variant={isDanger ? "danger" : "primary"}
      change={mutation}
      onConfirm={run}
      onClose={onClose}
    >
      <p className="break-words">{isMe && aboutMe ? aboutMe : about}</p>
    </ConfirmDialog>
  );
}

function useChange(userId: string, change: UserChange, onSuccess: () => void) {
  const trpc = useTRPC();
  const options = { meta: { showsError: true }, onSuccess };
  const disable = useMutation(trpc.user.disable.mutationOptions(options));
  const enable = useMutation(trpc.user.enable.mutationOptions(options));
  const setRole = useMutation(trpc.user.setRole.mutationOptions(options));
  switch (change) {
    case "disable":
      return { ...disable, run: () => disable.mutate({ userId }) };
    case "enable":
      return { ...enable, run: () => enable.mutate({ userId }) };
    case "promote":
      return { ...setRole, run: () => setRole.mutate({ userId, role: "admin" }) };
    case "demote":
      return { ...setRole, run: () => setRole.mutate({ userId, role: "member" }) };
  }
}
