"use client";

import { useQuery } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";

const RestoreDialog = dynamic(() => import("@/app/restore/restore-dialog").then((module) => module.RestoreDialog), {
  ssr: false,
});

/** The way back: the restore of the safety backup, for whoever may restore. */
export function UndoImport({ backupId }: { backupId: string }) {
  const trpc = useTRPC();
  const [isOpen, setOpen] = useState(false);
  const { data: backup } = useQuery(trpc.backup.get.queryOptions({ backupId }));
  if (!backup?.permissions.includes("restore")) return null;
  return (
    <>
      <Button aria-haspopup="dialog" icon={<Undo2 aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        Undo
      </Button>
      {isOpen && <RestoreDialog backup={backup} onClose={() => setOpen(false)} />}
    </>
  );
}
