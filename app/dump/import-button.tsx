"use client";

import { FileUp } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/app/ui/button";

const ImportDialog = dynamic(() => import("@/app/dump/import-dialog").then((module) => module.ImportDialog), {
  ssr: false,
});

/** The other way to a new project. */
export function ImportButton() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button aria-haspopup="dialog" icon={<FileUp aria-hidden className="size-4" />} onClick={() => setOpen(true)}>
        From a dump file
      </Button>
      {isOpen && <ImportDialog onClose={() => setOpen(false)} />}
    </>
  );
}
