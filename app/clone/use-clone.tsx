"use client";

import { Copy } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { BackupDetails } from "@/app/trpc/types";
import type { MenuAction } from "@/app/ui/menu";
import { useCurrentUser } from "@/app/user/current-user";

const CloneDialog = dynamic(() => import("@/app/clone/clone-dialog").then((module) => module.CloneDialog), {
  ssr: false,
});

/** For a menu: only administrators make projects. */
export function useClone(backup: BackupDetails) {
  const [asks, setAsks] = useState(false);
  const { role } = useCurrentUser();
  const clone: MenuAction = {
    label: "Clone to a new project",
    icon: <Copy className="size-4" />,
    onSelect: () => setAsks(true),
  };
  return {
    actions: role === "admin" && backup.isGood ? [clone] : [],
    dialog: asks && <CloneDialog backup={backup} onClose={() => setAsks(false)} />,
  };
}
