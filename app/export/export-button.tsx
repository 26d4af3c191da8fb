"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/app/ui/button";

const loadDialog = () => import("@/app/export/export-dialog");
const ExportDialog = dynamic(() => loadDialog().then((module) => module.ExportDialog), { ssr: false });

type Props = {
  project: { slug: string; name: string };
  variant?: "primary" | "secondary";
  size?: "sm" | "md";
};

/** The button that Coffer is about. */
export function ExportButton({ project, variant = "primary", size }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        variant={variant}
        size={size}
        aria-haspopup="dialog"
        onPointerEnter={loadDialog}
        onFocus={loadDialog}
        onClick={() => setOpen(true)}
      >
        {/* In a list every row has this button, and on a narrow screen it has little room. */}
        <span>
          Export<span className={size === "sm" ? "max-md:sr-only" : undefined}> backup</span>
          <span className="sr-only"> of {project.name}</span>
        </span>
      </Button>
      {isOpen && <ExportDialog project={project} onClose={() => setOpen(false)} />}
    </>
  );
}
