"use client";

import { Ellipsis, Pencil, Pin, PinOff } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { usePin } from "@/app/backup/use-pin";
import { IconButton } from "@/app/ui/button";
import { Menu, type MenuAction } from "@/app/ui/menu";

const DescribeDialog = dynamic(() => import("@/app/backup/describe-dialog").then((module) => module.DescribeDialog), {
  ssr: false,
});

type Props = {
  backup: { id: string; filename: string; description: string | null; tags: string[]; pinnedAt: string | null };
  /** Who may not manage only gets `actions`. */
  canManage: boolean;
  actions?: MenuAction[];
  size?: "sm" | "md";
};

/** What else can be done with a backup. */
export function BackupMenu({ backup, canManage, actions = [], size }: Props) {
  const [isDescribing, setDescribing] = useState(false);
  const { setPinned } = usePin();
  const isPinned = backup.pinnedAt !== null;
  const icon = "size-4";
  const managing: MenuAction[] = [
    {
      label: isPinned ? "Unpin" : "Pin",
      icon: isPinned ? <PinOff className={icon} /> : <Pin className={icon} />,
      onSelect: () => setPinned(backup.id, !isPinned),
    },
    {
      label: "Edit description and tags",
      icon: <Pencil className={icon} />,
      onSelect: () => setDescribing(true),
    },
  ];
  const label = `More for ${backup.filename}`;
  return (
    <>
      <Menu
        label={label}
        trigger={
          <IconButton size={size} label={label}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={canManage ? [...actions, ...managing] : actions}
      />
      {isDescribing && <DescribeDialog backup={backup} onClose={() => setDescribing(false)} />}
    </>
  );
}
