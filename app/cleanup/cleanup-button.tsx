"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/app/ui/button";

const loadDialog = () => import("@/app/cleanup/cleanup-dialog");
const CleanupDialog = dynamic(() => loadDialog().then((module) => module.CleanupDialog), { ssr: false });

/** For one project, or for all that there are. */
export function CleanupButton({ project }: { project?: { slug: string; name: string } }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button aria-haspopup="dialog" onPointerEnter={loadDialog} onFocus={loadDialog} onClick={() => setOpen(true)}>
        Clean up backups
      </Button>
      {isOpen && <CleanupDialog project={project} onClose={() => setOpen(false)} />}
    </>
  );
}
