"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import type { Database } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";

const SettingsDialog = dynamic(() => import("@/app/database/settings-dialog").then((module) => module.SettingsDialog), {
  ssr: false,
});

export function SettingsButton({ database }: { database: Database }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Settings<span className="sr-only"> of {database.name}</span>
      </Button>
      {isOpen && <SettingsDialog database={database} onClose={() => setOpen(false)} />}
    </>
  );
}
