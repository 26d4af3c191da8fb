"use client";

import { Ban, Ellipsis, KeyRound, ShieldCheck, ShieldMinus, UserCheck } from "lucide-react";
import { useState } from "react";
import type { User } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { Menu, type MenuAction } from "@/app/ui/menu";
import { LinkDialog } from "@/app/user/link-dialog";
import { type UserChange, UserChangeDialog } from "@/app/user/user-change-dialog";

/** What an administrator can do with somebody's account. */
export function UserActions({ user }: { user: User }) {
  const [asks, setAsks] = useState<UserChange | "link" | null>(null);
  const close = () => setAsks(null);
  return (
    <>
      <Menu
        label={`More for ${user.name}`}
        trigger={
          <IconButton size="sm" label={`More for ${user.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={actionsFor(user, setAsks)}
      />
      {asks === "link" && <LinkDialog user={user} onClose={close} />}
      {asks && asks !== "link" && <UserChangeDialog user={user} change={asks} onClose={close} />}
    </>
  );
}

function actionsFor(user: User, ask: (what: UserChange | "link") => void): MenuAction[] {
  const icon = "size-4";
  const role: MenuAction =
    user.role === "admin"
      ? { label: "Make member", icon: <ShieldMinus className={icon} />, onSelect: () => ask("demote") }
      : { label: "Make administrator", icon: <ShieldCheck className={icon} />, onSelect: () => ask("promote") };
  if (user.disabledAt) {
    return [{ label: "Enable", icon: <UserCheck className={icon} />, onSelect: () => ask("enable") }, role];
  }
  return [
    {
      label: user.isInvited ? "Make new invitation link" : "Make reset link",
      icon: <KeyRound className={icon} />,
      onSelect: () => ask("link"),
    },
    role,
    { label: "Disable", icon: <Ban className={icon} />, onSelect: () => ask("disable") },
  ];
}
