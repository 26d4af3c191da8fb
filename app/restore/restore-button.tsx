"use client";

import { History } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import type { BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";

const RestoreDialog = dynamic(() => import("@/app/restore/restore-dialog").then((module) => module.RestoreDialog), {
  ssr: false,
});

export function RestoreButton({ backup }: { backup: BackupDetails }) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Button
        aria-haspopup="dialog"
        icon={<History aria-hidden className="size-4" />}
        disabled={!backup.isGood}
        onClick={() => setAsks(true)}
      >
        Restore
      </Button>
      {asks && <RestoreDialog backup={backup} onClose={() => setAsks(false)} />}
    </>
  );
}
