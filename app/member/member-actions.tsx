"use client";

import { Ellipsis, SlidersHorizontal, UserMinus } from "lucide-react";
import { useState } from "react";
import { PermissionsDialog } from "@/app/member/permissions-dialog";
import { RemoveMemberDialog } from "@/app/member/remove-member-dialog";
import type { Member, Permission } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { Menu } from "@/app/ui/menu";

type Props = { slug: string; member: Member; mine: Permission[] };

export function MemberActions({ slug, member, mine }: Props) {
  const [asks, setAsks] = useState<"permissions" | "remove" | null>(null);
  const close = () => setAsks(null);
  return (
    <>
      <Menu
        label={`More for ${member.name}`}
        trigger={
          <IconButton size="sm" label={`More for ${member.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={[
          {
            label: "Change permissions",
            icon: <SlidersHorizontal className="size-4" />,
            onSelect: () => setAsks("permissions"),
          },
          { label: "Remove from project", icon: <UserMinus className="size-4" />, onSelect: () => setAsks("remove") },
        ]}
      />
      {asks === "permissions" && <PermissionsDialog slug={slug} member={member} mine={mine} onClose={close} />}
      {asks === "remove" && <RemoveMemberDialog slug={slug} member={member} onClose={close} />}
    </>
  );
}
